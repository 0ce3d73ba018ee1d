import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { replayAction } from '@millrace/engine'
import type { DeploymentSpec } from '@millrace/engine'
import { openCatalog } from '@millrace/catalog'
import type { ErrorPolicy } from '@millrace/flow'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DeadLetterFile, lettersFile } from '../engine-process/durable/dead-letter-file.ts'
import { inState, next, supervisorWith } from './fixture.ts'
import type { Supervisor } from './supervisor.ts'

let folder = ''
let supervisor: Supervisor

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-letters-'))
  const manifest = new URL('../../package.json', import.meta.url).href
  const { nodePackages } = await openCatalog({ manifest })
  const durable = {
    state: join(folder, 'state'),
    intake: join(folder, 'intake'),
    files: join(folder, 'files'),
  }
  supervisor = supervisorWith({ nodePackages, durable })
  await supervisor.start()
})

afterEach(async () => {
  await supervisor.close({ drainMs: 100 })
  rmSync(folder, { recursive: true })
})

/** A function that fails at what is not a number. */
function flow(onError: ErrorPolicy): DeploymentSpec {
  const code =
    'if (typeof message.payload !== "number") throw new Error("no number")\nreturn message'
  const wire = (from: string, to: string) => ({
    from: { node: from, port: 'out' },
    to: { node: to, port: 'in' },
  })
  return {
    flow: {
      millrace: 1,
      name: 'f',
      title: 'F',
      nodes: [
        { id: 'in', type: 'core/inject', config: { payloadKind: 'text', text: 'hot' } },
        { id: 'code', type: 'core/function', config: { code }, onError },
        { id: 'out', type: 'core/debug', config: {} },
      ],
      wires: [wire('in', 'code'), wire('code', 'out')],
      layout: {},
    },
    connections: [],
    secrets: {},
  }
}

test('a message that failed is put aside, mended, and given to its node again', async () => {
  supervisor.watch('f', { isWatched: true, debugNodes: null, taps: [] })
  await supervisor.deploy(flow({ retries: 1, backoffMs: 10, policy: 'dead-letter' }), 1)
  await supervisor.action('f', 'in', 'inject')
  const path = lettersFile(join(folder, 'state'), 'f')
  const file = new DeadLetterFile(path)
  await expect.poll(() => file.counts().kept).toBe(1)
  const [letter] = file.list({ limit: 1 })
  expect(letter).toMatchObject({
    node: 'code',
    attempts: 2,
    message: { payload: 'hot' },
    error: { message: expect.stringContaining('no number') },
  })
  const shown = next(supervisor, 'debug', ({ entries }) => entries[0]?.value.json)
  const replay = { letter: letter?.number ?? 0, input: 0, message: { payload: 42 } }
  await supervisor.action('f', 'code', replayAction, replay)
  expect(await shown).toBe('42')
  await expect.poll(() => file.counts().kept).toBe(0)
  file.close()
})

test('a flow that is to stop at a failure stops, says where, and is not started again', async () => {
  await supervisor.deploy(flow({ policy: 'stop' }), 1)
  await supervisor.action('f', 'in', 'inject')
  const info = await inState(supervisor, 'f', 'failed')
  expect(info).toMatchObject({ node: 'code', restarts: 0 })
  expect(info.reason).toContain('no number')
})
