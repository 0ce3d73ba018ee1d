import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test as it } from 'vitest'
import type { Surroundings } from './surroundings.ts'
import { test } from './test.ts'

let folder = ''
let printed: string[] = []
let noted: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-test-'))
  printed = []
  noted = []
})

afterEach(() => rm(folder, { recursive: true }))

const surroundings: Surroundings = {
  clock: { now: () => 0, monotonic: () => 0 },
  version: '1.2.3',
  manifest: new URL('../../package.json', import.meta.url).href,
  editorFolder: '',
  environment: { PATH: process.env['PATH'] },
  print: (text) => printed.push(text),
  note: (text) => noted.push(text),
  isContainer: () => false,
  interrupted: new Promise(() => undefined),
}

const flow = {
  millrace: 1,
  name: 'demo',
  title: 'Demo',
  nodes: [
    { id: 'in', type: 'core/inject', config: {} },
    { id: 'hot', type: 'core/filter', config: { condition: 'payload > 3' } },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'hot', port: 'in' } }],
  layout: {},
}

const steps = [{ node: 'in', message: { payload: 5 } }]
const good = { name: 'passes', steps, expect: [{ node: 'hot', messages: [{ payload: 5 }] }] }
const bad = { name: 'differs', steps, expect: [{ node: 'hot', messages: [{ payload: 6 }] }] }

async function write(name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, JSON.stringify(content))
  return path
}

it('runs the tests beside a flow, and says what differs', async () => {
  const file = await write('demo.json', flow)
  await write('demo.tests.json', { millrace: 1, flow: 'demo', cases: [good, bad] })
  expect(await test([file], surroundings)).toBe(1)
  expect(printed.join('\n').replace(/\(\d+ ms\)/g, '(n ms)')).toMatchInlineSnapshot(`
    "demo
      ✓ passes (n ms)
      ✗ differs (n ms)
          hot:out, message 1: different in payload
            expected  {"payload":6}
            got       {"payload":5,"time":1735689600000}
    1 passed, 1 failed"
  `)
})

it('takes the file of tests as well, and bundles with tests', async () => {
  await write('demo.json', flow)
  const tests = { millrace: 1, flow: 'demo', cases: [good] }
  const beside = await write('demo.tests.json', tests)
  const bundle = { millrace: 1, flows: [flow], connections: [], tests: [tests] }
  expect(await test([beside, await write('all.json', bundle)], surroundings)).toBe(0)
  expect(printed.at(-1)).toBe('2 passed, 0 failed')
})

it('is not content with a flow that has no tests', async () => {
  expect(await test([await write('demo.json', flow)], surroundings)).toBe(1)
  expect(noted[0]).toContain('There are no tests')
})
