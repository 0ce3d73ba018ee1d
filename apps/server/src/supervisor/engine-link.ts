import { type ChildProcess, fork } from 'node:child_process'
import type { TestStep } from '@millrace/sdk'
import type {
  CommandResult,
  EngineCommand,
  EngineEvent,
  EngineSettings,
  Refusal,
} from '../engine-process/messages.ts'
import { compileCacheFolder } from './compile-cache.ts'

export interface EngineLinkOptions {
  readonly settings: EngineSettings
  readonly environment: Readonly<Record<string, string>>
  onEvent(event: Exclude<EngineEvent, { kind: 'done' | 'refused' | 'step' }>): void
  /** Called once, when the process is gone; nothing follows. */
  onExit(): void
}

/** The engine refused a command, or is gone: then the code is `ENGINE_GONE`. */
export class EngineRefusal extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

interface Call {
  resolve(result: CommandResult): void
  reject(error: EngineRefusal): void
  readonly onStep: ((step: TestStep) => void) | undefined
}

type WithId = Extract<EngineCommand, { readonly id: number }>
type WithoutId<Command> = Command extends unknown ? Omit<Command, 'id'> : never

/** One engine process, from its start to its end. */
export class EngineLink {
  private readonly child: ChildProcess
  private readonly calls = new Map<number, Call>()
  private readonly exited: Promise<void>
  private callsMade = 0
  private isGone = false

  constructor(options: EngineLinkOptions) {
    this.child = fork(new URL('../engine-process/main.ts', import.meta.url), {
      execArgv: engineArguments,
      env: { NODE_COMPILE_CACHE: compileCacheFolder, ...options.environment },
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.exited = new Promise((resolve) => {
      const gone = (): void => {
        if (!this.isGone) this.onGone(options)
        resolve()
      }
      this.child.once('exit', gone)
      // A process that could not be started has no exit. Failed sends come here too: it is going.
      this.child.on('error', () => {
        if (this.child.pid === undefined) gone()
      })
    })
    this.child.on('message', (event: EngineEvent) => this.onEvent(event, options))
    this.tell({ kind: 'open', settings: options.settings })
  }

  get processId(): number | undefined {
    return this.child.pid
  }

  /** Whether it is busy with something that somebody waits for. */
  get isAsked(): boolean {
    return this.calls.size > 0
  }

  tell(command: EngineCommand): void {
    // The exit is how a lost command is noticed; the callback keeps it from being thrown.
    if (this.child.connected) this.child.send(command, () => undefined)
  }

  /** Rejects with `EngineRefusal`. `onStep` hears of the steps of a connection test as they end. */
  ask(command: WithoutId<WithId>, onStep?: (step: TestStep) => void): Promise<CommandResult> {
    if (this.isGone) return Promise.reject(new EngineRefusal(engineGone))
    this.callsMade += 1
    const id = this.callsMade
    const { promise, resolve, reject } = Promise.withResolvers<CommandResult>()
    this.calls.set(id, { resolve, reject, onStep })
    this.tell({ ...command, id })
    return promise
  }

  kill(): void {
    this.child.kill('SIGKILL')
  }

  /** Lets the process end by itself, and helps after that time. */
  async end(withinMs: number): Promise<void> {
    if (this.child.connected) this.child.disconnect()
    const timer = setTimeout(() => this.kill(), withinMs)
    await this.exited
    clearTimeout(timer)
  }

  private onEvent(event: EngineEvent, options: EngineLinkOptions): void {
    if (event.kind === 'done') this.settle(event.id)?.resolve(event.result)
    else if (event.kind === 'refused') this.settle(event.id)?.reject(new EngineRefusal(event))
    else if (event.kind === 'step') this.calls.get(event.id)?.onStep?.(event.step)
    else options.onEvent(event)
  }

  private settle(id: number): Call | undefined {
    const call = this.calls.get(id)
    this.calls.delete(id)
    return call
  }

  private onGone(options: EngineLinkOptions): void {
    this.isGone = true
    options.onExit()
    for (const call of this.calls.values()) call.reject(new EngineRefusal(engineGone))
    this.calls.clear()
  }
}

const engineGone: Refusal = {
  code: 'ENGINE_GONE',
  message: 'The engine process ended before it could answer.',
}

export const engineArguments = [
  // Small new spaces keep what is idle small; flows have limits of their own.
  '--max-semi-space-size=4',
  '--disable-warning=ExperimentalWarning',
  // V8 loses track of code pages when threads come and go, and aborts ("jit_page.has_value()");
  // https://github.com/nodejs/node/issues/64500. Only without this protection it does not look.
  '--no-memory-protection-keys',
]
