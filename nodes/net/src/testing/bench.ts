import { createServer } from 'node:net'
import { realTime, run } from '@millrace/sdk/testing'
import type { RunOptions, TestConfig, TestRun } from '@millrace/sdk/testing'
import type { SinkType, SourceType } from '@millrace/sdk'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { expect, vi } from 'vitest'

/** What a test opened, to be closed in the other order after it. */
export interface Opened {
  add(close: () => unknown): void
  closeAll(): Promise<void>
}

export function openedThings(): Opened {
  const things: (() => unknown)[] = []
  return {
    add: (close) => void things.push(close),
    closeAll: async () => {
      for (const close of things.splice(0).toReversed()) await close()
    },
  }
}

/** Runs a node in real time. */
export function running<D extends Descriptor>(
  opened: Opened,
  type: SourceType<D> | SinkType<D>,
  config: TestConfig<D>,
  options: RunOptions = {},
): TestRun {
  const node = run(type, config, { time: realTime(globalThis), ...options })
  opened.add(() => node.close())
  return node
}

export function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 8000, interval: 2 })
}

export async function isUp(node: TestRun): Promise<void> {
  await until(() => expect(node.statuses().at(-1)?.state).toBe('ok'))
}

export function payloads(node: TestRun): unknown[] {
  return node.emitted('out').map(({ payload }) => payload)
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => void server.close(() => resolve()))
  return typeof address === 'object' && address !== null ? address.port : 0
}
