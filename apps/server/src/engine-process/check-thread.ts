import { Worker } from 'node:worker_threads'
import type { NodesCheck } from '@millrace/engine'
import type { Problem } from '@millrace/flow'
import { CommandRefused } from './flow-host.ts'
import type { CommandResult, EngineSettings } from './messages.ts'
import { Redactor } from './secrecy/redactor.ts'

const limitMs = 20_000

/** What `check-worker.ts` is given as it starts. */
export interface CheckSettings {
  /** A `NodesCheck`. */
  readonly json: string
  readonly nodePackages: readonly string[]
}

/** Asks nodes what would keep them from their work, in a thread of its own, which ends with it. */
export async function checkInThread(
  json: string,
  { nodePackages, flowHeapMb }: EngineSettings,
): Promise<CommandResult> {
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>()
  const workerData: CheckSettings = { json, nodePackages }
  const worker = new Worker(new URL('./check-worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: flowHeapMb },
  })
  worker.on('message', (problems: readonly Problem[]) => resolve({ kind: 'checked', problems }))
  worker.on('error', (error: unknown) => reject(failed(redacted(String(error), json))))
  worker.on('exit', () => reject(failed('its thread ended')))
  const limit = setTimeout(() => reject(failed('it took too long')), limitMs)
  try {
    return await promise
  } finally {
    clearTimeout(limit)
    void worker.terminate()
  }
}

/** The thread may have ended before it could do this, wherever in it the error was thrown. */
function redacted(text: string, json: string): string {
  const redactor = new Redactor()
  // Made by our own server.
  redactor.learn((JSON.parse(json) as NodesCheck).spec.secrets)
  return redactor.text(text)
}

function failed(why: string): CommandRefused {
  const message = `The nodes could not be checked: ${why}.`
  return new CommandRefused({ code: 'NODES_CHECK_FAILED', message })
}
