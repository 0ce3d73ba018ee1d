import { fork } from 'node:child_process'
import { compileCacheFolder } from '../supervisor/compile-cache.ts'
import type { TrialCommand, TrialEvent } from './trial-messages.ts'

export interface TrialProcessOptions {
  readonly environment: Readonly<Record<string, string>>
  /** Most memory for values, in megabytes. */
  readonly heapMb: number
  /** Longest silence; whatever takes longer is stopped. */
  readonly silentMs: number
  /** Ends the trial when aborted. */
  readonly signal?: AbortSignal | undefined
}

/** How a trial ended: by itself, or why not. */
export type TrialEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'aborted' }

/** Runs a trial in a process of its own; never rejects. */
export function runInProcess(
  command: TrialCommand,
  options: TrialProcessOptions,
  onEvent: (event: Exclude<TrialEvent, { kind: 'done' | 'failed' }>) => void,
): Promise<TrialEnd> {
  const { promise, resolve } = Promise.withResolvers<TrialEnd>()
  const child = fork(new URL('./main.ts', import.meta.url), {
    execArgv: [
      `--max-old-space-size=${options.heapMb}`,
      '--disable-warning=ExperimentalWarning',
      '--no-memory-protection-keys',
    ],
    env: { NODE_COMPILE_CACHE: compileCacheFolder, ...options.environment },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const end = (reason: TrialEnd): void => {
    clearTimeout(silence)
    options.signal?.removeEventListener('abort', abort)
    child.kill('SIGKILL')
    resolve(reason)
  }
  const abort = (): void => end({ kind: 'aborted' })
  const awaitSign = () => setTimeout(() => end({ kind: 'silent' }), options.silentMs)
  let silence = awaitSign()
  options.signal?.addEventListener('abort', abort)
  child.on('message', (event: TrialEvent) => {
    clearTimeout(silence)
    silence = awaitSign()
    if (event.kind === 'done' || event.kind === 'failed') end(event)
    else onEvent(event)
  })
  child.on('error', (error) => end({ kind: 'failed', message: error.message }))
  child.on('exit', () => end({ kind: 'failed', message: gone(options.heapMb) }))
  child.send(command, () => undefined)
  if (options.signal?.aborted === true) abort()
  return promise
}

function gone(heapMb: number): string {
  return `The process ended by itself; it may have needed more than ${heapMb} MB.`
}
