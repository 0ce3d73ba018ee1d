import {
  appendFileSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Flow, FlowNode } from '@millrace/flow'
import { until } from '@millrace/services'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEngine } from '../faults/engine.ts'
import type { Engine } from '../faults/engine.ts'

let userDirectory = ''
let engine: Engine | undefined

beforeEach(() => {
  userDirectory = mkdtempSync(join(tmpdir(), 'millrace-files-'))
  mkdirSync(join(userDirectory, 'files'))
})
afterEach(async () => {
  await engine?.kill()
  engine = undefined
  rmSync(userDirectory, { recursive: true, force: true })
})

const at = (name: string) => join(userDirectory, 'files', name)

/** Nodes in a row. */
function flowOf(...nodes: readonly FlowNode[]): Flow {
  const wires = nodes.slice(1).map(({ id }, index) => ({
    from: { node: nodes[index]?.id ?? '', port: 'out' },
    to: { node: id, port: 'in' },
  }))
  return { millrace: 1, name: 'files', title: 'Files', nodes: [...nodes], wires, layout: {} }
}

async function run(flow: Flow): Promise<Engine> {
  engine = await startEngine(userDirectory)
  await engine.deploy(flow, [])
  return engine
}

/** What is in all files of that beginning, in the order of what they hold. */
function numbers(beginning: string): number[] {
  const names = readdirSync(at('')).filter((name) => name.startsWith(beginning))
  const lines = names.flatMap((name) => readFileSync(at(name), 'utf8').split('\n').slice(0, -1))
  const found = lines
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { n: number }).n)
  return found.toSorted((one, other) => one - other)
}

const outFiles = () => readdirSync(at('')).filter((name) => name.startsWith('out.')).length

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

test('follows a file from line to line while files rotate and the engine is killed: none missing, none twice', async () => {
  const flow = flowOf(
    {
      id: 'tail',
      type: 'file/tail',
      config: { path: 'in.log', format: 'ndjson', begin: 'start', pollMs: 50, lingerMs: 200 },
    },
    {
      id: 'out',
      type: 'file/out',
      config: { path: 'out.jsonl', rotate: 'size', rotateBytes: 4000, rotateKeep: 1000 },
    },
  )
  let written = 0
  let rotated = 0
  const write = (count: number): void => {
    let text = ''
    for (let index = 0; index < count; index += 1) text += `{"n":${(written += 1)}}\n`
    appendFileSync(at('in.log'), text)
  }
  const rotate = (): void => {
    rotated += 1
    renameSync(at('in.log'), at(`in.log.${rotated}`))
  }
  write(100)
  for (let life = 1; life <= 6; life += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one life after the other
    const running = await run(flow)
    const before = written
    write(500)
    // Some lives end in the midst of an epoch, some soon after files were exchanged.
    const files = life % 2 === 0 ? life / 2 + 1 : 1
    // oxlint-disable-next-line no-await-in-loop
    await until(() => numbers('out').length > before && outFiles() >= files, {
      what: 'lines written',
    })
    if (life % 3 === 0) rotate()
    write(100)
    // oxlint-disable-next-line no-await-in-loop
    await running.kill()
    if (life % 3 === 1) rotate()
    write(100)
  }
  await run(flow)
  await until(() => numbers('out').length >= written, { what: 'all lines written' })
  expect(numbers('out')).toEqual(upTo(written))
  expect(outFiles()).toBeGreaterThan(3)
}, 120_000)

test('reads each file that comes into a folder once, also when the engine is killed meanwhile', async () => {
  const flow = flowOf(
    {
      id: 'watch',
      type: 'file/watch',
      config: { folder: 'inbox', pattern: '*.csv', stableMs: 100, pollMs: 50 },
    },
    {
      id: 'read',
      type: 'file/read',
      config: { path: '{{ payload.path }}', format: 'csv', gives: 'each' },
    },
    { id: 'out', type: 'file/out', config: { path: 'rows.jsonl' } },
  )
  mkdirSync(at('inbox'))
  let rows = 0
  const drop = (name: string): void => {
    writeFileSync(at(`inbox/${name}`), `n\n${(rows += 1)}\n${(rows += 1)}\n`)
  }
  for (let life = 1; life <= 3; life += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one life after the other
    const running = await run(flow)
    drop(`${life}a.csv`)
    // oxlint-disable-next-line no-await-in-loop
    await until(() => numbers('rows').includes(rows), { what: 'rows written' })
    // oxlint-disable-next-line no-await-in-loop
    await running.kill()
    drop(`${life}b.csv`)
  }
  await run(flow)
  await until(() => numbers('rows').length >= rows, { what: 'all rows written' })
  expect(numbers('rows')).toEqual(upTo(rows))
}, 120_000)
