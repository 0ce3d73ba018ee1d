import { NodeError, operator } from '@millrace/sdk'
import type { KeyedState, Message, NodeContext, Operator, Timer } from '@millrace/sdk'
import { descriptor } from './descriptor.ts'
import type { Described, Host } from './guest.ts'
import { InFlight } from './in-flight.ts'
import { Results } from './results.ts'
import { failureOf, openSandbox } from './sandbox.ts'
import type { Sandbox } from './sandbox.ts'

type Context = NodeContext<typeof descriptor>

const timersMax = 1000
const stateKeysMax = 100_000

export const functionOperator = operator(descriptor, (context) => new FunctionOperator(context))

class FunctionOperator implements Operator {
  private readonly context: Context
  private readonly sandbox: Sandbox
  private readonly results: Results
  private readonly inFlight: InFlight
  private readonly handle: (message: Message) => unknown
  private readonly teardown: (() => void) | undefined
  private readonly timers = new Map<number, Timer>()
  private readonly state: KeyedState<unknown>
  private lastTimer = 0
  private inHand: Message | undefined
  /** Whether the code is at work on the message in hand, not in a timer or after a wait. */
  private isAtWork = false
  private isOpen = false

  constructor(context: Context) {
    const { config } = context
    this.context = context
    this.state = context.state.map('state')
    this.inFlight = this.openInFlight()
    this.sandbox = openSandbox(this.host())
    this.results = new Results(outputsOf(context), this.sandbox.copyOut)
    const { guest } = this.sandbox
    const main = this.sandbox.compileMain(config.code)
    this.handle = guest.handler(main.run, main.isAsync)
    const setup = this.sandbox.compileOnce('setup', config.setup)
    this.teardown = this.sandbox.compileOnce('teardown', config.teardown)
    context.takeRejections(guest.promisePrototype, (reason) => {
      const { text, line } = guest.describe(reason)
      throw failureOf({ text: `${text}, in a promise that the code does not wait for`, line })
    })
    const error = guest.once(setup)
    if (error !== undefined) throw failureOf(error)
    this.isOpen = true
  }

  onMessage(message: Message): void {
    if (this.inFlight.isFull) this.inFlight.wait(message)
    else this.run(message)
  }

  close(): void {
    if (this.teardown === undefined) return
    const error = this.sandbox.guest.once(this.teardown)
    if (error !== undefined) this.context.log.error(failureOf(error).message)
    this.isOpen = false
    for (const timer of this.timers.values()) timer.cancel()
    this.timers.clear()
    this.inFlight.abandon()
  }

  private run(message: Message): void {
    this.inHand = message
    this.isAtWork = true
    const result = this.handle(message)
    this.isAtWork = false
    if (result !== undefined) this.results.deliver(result, message.time)
  }

  /** What throws in here is turned into an error of the user's realm by the guest. */
  private host(): Host {
    const { clock, log } = this.context
    return {
      now: () => clock.now(),
      send: (result, output, call) => this.send(result, output, call),
      goesOn: () => this.context.goesOn(),
      fail: (error) => this.context.fail(failureOf(error), this.messageInHand()),
      hold: () => this.inFlight.open(this.messageInHand()),
      settle: (call, result) => this.settle(call, result),
      reject: (call, error) => {
        this.inFlight.close(call, (message) => {
          this.context.fail(failureOf(error), message)
        })
      },
      complain: (error) => this.complain(error),
      log: (level, text) => {
        if (level === 'debug' || level === 'warn' || level === 'error') log[level](text)
        else log.info(text)
      },
      ...this.stateServices(),
      startTimer: (delayMs, isRepeated) => this.startTimer(delayMs, isRepeated),
      stopTimer: (timer) => this.stopTimer(timer),
      decodeText: (bytes) => decodeText(bytes),
      encodeText: (text) => new TextEncoder().encode(text),
    }
  }

  private send(result: unknown, output: unknown, call: number | undefined): void {
    if (!this.isOpen) throw new NodeError('FUNCTION_STOPPED', 'The node does not run now.')
    const time = this.timeFor(call)
    this.inFlight.during(call, () => this.results.deliverTo(result, output, time))
  }

  /** The time of what is sent without one: that of the message for which it is sent, else now. */
  private timeFor(call: number | undefined): number | undefined {
    const message = call === undefined ? undefined : this.inFlight.messageOf(call)
    if (message !== undefined) return message.time
    return this.isAtWork ? this.messageInHand().time : this.context.clock.now()
  }

  private settle(call: number, result: unknown): void {
    this.inFlight.close(call, (message) => {
      try {
        this.results.deliver(result, message.time)
      } catch (error) {
        this.context.fail(error, message)
      }
    })
  }

  private complain(error: Described): void {
    const { message } = failureOf(error)
    this.context.log.error(message)
    this.context.status({ state: 'error', text: message.slice(0, 200) })
  }

  private stateServices(): Pick<Host, 'stateGet' | 'stateSet' | 'stateDelete' | 'stateKeys'> {
    const { state } = this
    return {
      stateGet: (key) => state.get(key),
      stateSet: (key, value) => {
        if (state.size >= stateKeysMax && state.get(key) === undefined) {
          throw new NodeError('FUNCTION_STATE_FULL', `The state has ${stateKeysMax} keys already.`)
        }
        state.set(key, this.sandbox.copyOut(value))
      },
      stateDelete: (key) => state.delete(key),
      stateKeys: () => [...state.keys()],
    }
  }

  private startTimer(delayMs: number, isRepeated: boolean): number {
    if (this.timers.size >= timersMax) {
      throw new NodeError('FUNCTION_TIMERS', `There are ${timersMax} timers running already.`)
    }
    this.lastTimer += 1
    const id = this.lastTimer
    const fire = (): void => {
      if (!isRepeated) this.timers.delete(id)
      this.sandbox.guest.fire(id)
    }
    const { timers } = this.context
    this.timers.set(
      id,
      isRepeated ? timers.every(Math.max(1, delayMs), fire) : timers.after(delayMs, fire),
    )
    return id
  }

  private stopTimer(id: number): void {
    this.timers.get(id)?.cancel()
    this.timers.delete(id)
  }

  private openInFlight(): InFlight {
    const { context } = this
    return new InFlight({
      max: context.config.inFlightMax,
      timeoutMs: context.config.timeoutMs,
      clock: context.clock,
      timers: context.timers,
      hold: () => context.hold(),
      resume: (hold, run) => context.resume(hold, run),
      release: (hold, error) => context.release(hold, error),
      pressure: (isHigh) => context.pressure(isHigh),
      fail: (error, message) => context.fail(error, message),
      handle: (message) => {
        try {
          this.run(message)
        } catch (error) {
          context.fail(error, message)
        }
      },
    })
  }

  private messageInHand(): Message {
    return this.inHand ?? { payload: undefined }
  }
}

function outputsOf({ config, emit }: Context) {
  return config.outputs.map(({ id, label }) => {
    const out = emit[id]
    if (out === undefined) throw new Error(`The engine gave no output port "${id}".`)
    return { id, label, emit: out }
  })
}

function decodeText(bytes: unknown): string {
  if (ArrayBuffer.isView(bytes)) {
    return new TextDecoder().decode(
      new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    )
  }
  throw new NodeError('FUNCTION_ARGUMENT', 'decodeText needs bytes.')
}
