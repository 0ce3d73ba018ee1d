import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EpochChanges } from '@millrace/engine'
import type { DurabilityInfo } from '@millrace/protocol'
import { manualTime } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { FlowDurability } from './flow-durability.ts'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

function open(root = mkdtempSync(join(tmpdir(), 'millrace-durable-'))) {
  roots.push(root)
  const folders = { state: join(root, 'state'), intake: join(root, 'intake') }
  const time = manualTime(1_000)
  const infos: DurabilityInfo[] = []
  const problems: string[] = []
  const durability = new FlowDurability({
    flow: 'line',
    folders,
    clock: time.clock,
    schedule: (delayMs, run) => time.schedule(delayMs, run),
    onProblem: (text) => problems.push(text),
    onInfo: (info) => infos.push(info),
  })
  return { root, folders, time, infos, problems, durability }
}

function changes(epoch: number, value: unknown): EpochChanges {
  const state = [{ node: 'a', map: 'm', key: 'k', value }]
  return { epoch, nodes: [], removed: [], state, held: [], released: [] }
}

test('has on disk what sources took in before an epoch that knows of it', async () => {
  const { root, durability } = open()
  let isSafe = false
  durability.openIngestLog('source').append(Buffer.from('taken'), 5, () => (isSafe = true))
  durability.epochs.commit(changes(1, 'seen'))
  // As after a kill: nothing was closed, and no timer ran.
  expect(isSafe).toBe(false)
  const copy = open(root)
  expect(copy.durability.epochs.value('a', 'm', 'k')).toBe('seen')
  expect(copy.durability.openIngestLog('source').read(0, 9)).toMatchObject([{ position: 1 }])
  await copy.durability.close()
  await durability.close()
  expect(isSafe).toBe(true)
})

test('tells the disk use and the last epoch, once a second at most', async () => {
  const { durability, infos, time } = open()
  const log = durability.openIngestLog('source')
  log.append(new Uint8Array(100), 5, () => undefined)
  durability.epochs.commit(changes(1, 1))
  durability.epochs.commit(changes(2, 2))
  expect(infos).toEqual([])
  time.advance(1_000)
  expect(infos).toEqual([
    { stateBytes: expect.any(Number), intakeBytes: 128, lastEpochAt: 1_000, lastEpochMs: 0 },
  ])
  expect(infos[0]?.stateBytes).toBeGreaterThan(4_000)
  await durability.close()
})

test('says that state cannot be stored, and that it can again', async () => {
  const { folders, durability, problems } = open()
  writeFileSync(folders.state, 'a file where the folder should be')
  expect(() => durability.epochs.commit(changes(1, 1))).toThrow('EEXIST')
  expect(durability.info().problem).toContain('State cannot be stored')
  rmSync(folders.state)
  durability.epochs.commit(changes(1, 1))
  expect(durability.info().problem).toBe(undefined)
  expect(problems).toHaveLength(2)
  await durability.close()
})

test('says for as long as the flow runs that stored state could not be read', async () => {
  const { root, folders, durability } = open()
  durability.epochs.commit(changes(1, 1))
  await durability.close()
  writeFileSync(join(folders.state, 'line.sqlite'), 'x'.repeat(10_000))
  const again = open(root)
  expect(again.problems).toEqual([expect.stringContaining('cannot be read')])
  again.durability.epochs.commit(changes(1, 1))
  expect(again.durability.info().problem).toContain('moved to')
  await again.durability.close()
})

test('removes what sources took in that left the flow', async () => {
  const { folders, durability } = open()
  for (const node of ['stays', 'goes']) {
    durability.openIngestLog(node).append(Buffer.from('x'), 1, () => undefined)
  }
  durability.epochs.commit(changes(1, 1))
  await durability.openIngestLog('goes').close()
  durability.retain(new Set(['stays']))
  expect(readdirSync(join(folders.intake, 'line'))).toEqual(['stays'])
  expect(existsSync(join(folders.intake, 'line', 'goes'))).toBe(false)
  await durability.close()
})

test('a value that cannot be stored is no trouble with the disk', async () => {
  const { durability, problems } = open()
  const shared = new SharedArrayBuffer(4)
  const throws = {
    get value(): never {
      throw new Error('Not now.')
    },
  }
  for (const value of [shared, throws, () => 1]) {
    expect(() => durability.epochs.commit(changes(1, value))).toThrow(
      /could not be cloned|Not now/u,
    )
    expect(durability.epochs.canStore?.(value)).toBe(false)
  }
  expect(durability.epochs.canStore?.({ at: new Date(0) })).toBe(true)
  expect([durability.info().problem, problems]).toEqual([undefined, []])
  await durability.close()
})
