import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { chain, supervisorWith } from './fixture.ts'
import type { Supervisor } from './supervisor.ts'

const stuckMs = 400

let folder = ''
let supervisor: Supervisor

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-large-'))
  const durable = { state: join(folder, 'state'), intake: join(folder, 'intake') }
  supervisor = supervisorWith({ stuckMs, flowHeapMb: 512, durable })
  await supervisor.start()
})

afterEach(async () => {
  await supervisor.close({ drainMs: 100 })
  rmSync(folder, { recursive: true, force: true })
})

it('a flow is not taken for stuck while it stores an epoch for longer than its code may run', async () => {
  const ticker = ['t', 'ticker', { everyMs: 0 }] as const
  const hoarding = chain('large', ticker, ['h', 'hoarder', { values: 10_000 }])
  await supervisor.deploy(hoarding, 1)
  for (let message = 0; message < 25; message += 1) {
    // oxlint-disable-next-line no-await-in-loop -- no message is to take long by itself
    await supervisor.action('large', 't', 'emit')
  }
  const info = await vi.waitUntil(
    () => {
      const now = supervisor.info('large')
      return now.state !== 'running' || now.restarts > 0 || isLong(now.durability) ? now : undefined
    },
    { timeout: 30_000 },
  )
  expect(info).toMatchObject({ state: 'running', restarts: 0 })
}, 40_000)

function isLong(durability: { readonly lastEpochMs?: number } | undefined): boolean {
  return (durability?.lastEpochMs ?? 0) > stuckMs
}
