import type { Copy } from './realm-copier.ts'

/**
 * What the engine's side does for the user's side. All that goes in and out is plain: texts,
 * numbers, and data that the receiving side copies before anybody else sees it.
 */
export interface Host {
  now(): number
  /** Copies the result and sends it; `call` is the message on behalf of which. */
  send(result: unknown, output: unknown, call: number | undefined): void
  /** The code goes on, by a promise. */
  goesOn(): void
  /** The message in hand failed. */
  fail(error: Described): void
  /** Keeps the message in hand until `settle` or `reject`; gives the number of the call. */
  hold(): number
  settle(call: number, result: unknown): void
  reject(call: number, error: Described): void
  /** An error that belongs to no message, as in a timer. */
  complain(error: Described): void
  log(level: string, text: string): void
  stateGet(key: string | number): unknown
  stateSet(key: string | number, value: unknown): void
  stateDelete(key: string | number): void
  stateKeys(): readonly (string | number)[]
  startTimer(delayMs: number, isRepeated: boolean): number
  stopTimer(timer: number): void
  decodeText(bytes: unknown): string
  encodeText(text: string): Uint8Array
}

export interface Described {
  readonly text: string
  /** The line of the person's code that threw it, from 1; undefined where that is unknown. */
  readonly line: number | undefined
}

/** What the user's code has beside the message, in the order of its parameters. */
export const apiNames = [
  'state',
  'local',
  'log',
  'console',
  'now',
  'setTimeout',
  'setInterval',
  'clearTimeout',
  'clearInterval',
  'decodeText',
  'encodeText',
  'send',
] as const

export type Api = Readonly<Record<(typeof apiNames)[number], unknown>>

/** The user's code, compiled. */
export type MainCode = (message: unknown, msg: unknown, send: unknown) => unknown

export interface Guest {
  readonly api: Api
  /** What all promises of the user's code inherit from. */
  readonly promisePrototype: object
  describe(error: unknown): Described
  /** Notes the line of an error that the user's code throws, and gives the error back. */
  mark(error: unknown, line: number): unknown
  /** Gives back what the user's code awaited, as it goes on. */
  goOn(value: unknown): unknown
  /** Makes of what the user's code hands to a promise a function that says that it goes on. */
  later(code: unknown): unknown
  /** Runs the code at the start or end. */
  once(code: () => void): Described | undefined
  /** Gives a function that handles one message and gives the result, if it has one at once. */
  handler(code: MainCode, isAsync: boolean): (message: unknown) => unknown
  fire(timer: number): void
}

/**
 * The user's side of the border: hands the engine's services to the user's code in a form that
 * leads nowhere else. Runs in the user's realm from its source text, so it may use nothing but the
 * language and its arguments; nothing of `host` may ever become visible to the user's code, neither
 * its functions nor what they throw.
 */
// oxlint-disable-next-line max-lines-per-function -- goes into the other realm as one text
export function openGuest(host: Host, copy: Copy): Guest {
  const timers = new Map<number, () => unknown>()
  /** Where errors were thrown first. */
  const lines = new WeakMap<object, number>()
  const { stringify } = JSON
  const { apply } = Reflect

  /** Calls the host; what it throws is of its realm and is replaced. */
  const ask = <Answer>(call: () => Answer): Answer => {
    let reason = 'The engine refused.'
    try {
      return call()
    } catch (error) {
      // Without the name of the error's class, which means nothing here.
      reason = describe(error).text.replace(/^\w+: /, '')
    }
    throw new Error(reason)
  }

  const logAt =
    (level: string) =>
    (...parts: unknown[]): void => {
      const text = parts.map(textOf).join(' ').slice(0, 10_000)
      ask(() => host.log(level, text))
    }
  const log = {
    debug: logAt('debug'),
    info: logAt('info'),
    warn: logAt('warn'),
    error: logAt('error'),
  }

  const timerOf =
    (isRepeated: boolean) =>
    (run: unknown, delayMs?: unknown, ...parts: unknown[]): number => {
      if (typeof run !== 'function') throw new TypeError('A timer needs a function to run.')
      const delay = Number(delayMs)
      const id = ask(() => host.startTimer(delay > 0 ? delay : 0, isRepeated))
      timers.set(id, () => {
        if (!isRepeated) timers.delete(id)
        // It was just found to be a function.
        return (run as (...given: unknown[]) => unknown)(...parts)
      })
      return id
    }
  const clear = (timer: unknown): void => {
    if (typeof timer !== 'number' || !timers.delete(timer)) return
    ask(() => host.stopTimer(timer))
  }

  const state = {
    get: (key: unknown) => {
      const name = stateKey(key)
      return ask(() => copy(host.stateGet(name)))
    },
    set: (key: unknown, value: unknown) => {
      const name = stateKey(key)
      ask(() => host.stateSet(name, value))
    },
    delete: (key: unknown) => {
      const name = stateKey(key)
      ask(() => host.stateDelete(name))
    },
    keys: () => ask(() => copy(host.stateKeys())),
  }

  const send = (result: unknown, output?: unknown): void => {
    ask(() => host.send(result, output, undefined))
  }

  const api: Api = {
    state,
    local: {},
    log,
    console: { ...log, log: log.info, trace: log.debug },
    now: () => ask(() => host.now()),
    setTimeout: timerOf(false),
    setInterval: timerOf(true),
    clearTimeout: clear,
    clearInterval: clear,
    decodeText: (bytes: unknown) => ask(() => host.decodeText(bytes)),
    encodeText: (text: unknown) => {
      const given = String(text)
      return ask(() => copy(host.encodeText(given)))
    },
    send,
  }
  for (const part of [state, log, api.console]) Object.freeze(part)

  return {
    api,
    promisePrototype: Promise.prototype,
    describe,
    mark(error, line) {
      goesOn()
      if (isObject(error) && !lines.has(error)) lines.set(error, line)
      return error
    },
    goOn(value) {
      goesOn()
      return value
    },
    later(code) {
      if (typeof code !== 'function') return code
      return function (this: unknown, ...given: unknown[]): unknown {
        goesOn()
        return apply(code, this, given)
      }
    },
    once(code) {
      try {
        code()
        return undefined
      } catch (error) {
        return describe(error)
      }
    },
    handler: (code, isAsync) => (isAsync ? handleLater(code) : handleNow(code)),
    fire(timer) {
      try {
        const result = timers.get(timer)?.()
        if (!isThenable(result)) return
        promiseOf(result).then(undefined, (error: unknown) => host.complain(describe(error)))
      } catch (error) {
        host.complain(describe(error))
      }
    },
  }

  function goesOn(): void {
    try {
      host.goesOn()
    } catch {
      // Where the stack is full, and there the node is known to be at work.
    }
  }

  function handleNow(code: MainCode): (message: unknown) => unknown {
    return (message) => {
      try {
        const mine = copy(message)
        const result = code(mine, mine, send)
        if (!isThenable(result)) return result
        wait(host.hold(), result)
      } catch (error) {
        host.fail(describe(error))
      }
      return undefined
    }
  }

  function handleLater(code: MainCode): (message: unknown) => unknown {
    return (message) => {
      const call = host.hold()
      const sendForIt = (result: unknown, output?: unknown): void => {
        ask(() => host.send(result, output, call))
      }
      try {
        const mine = copy(message)
        wait(call, code(mine, mine, sendForIt))
      } catch (error) {
        host.reject(call, describe(error))
      }
      return undefined
    }
  }

  function wait(call: number, result: unknown): void {
    promiseOf(result).then(
      (value) => host.settle(call, value),
      (error: unknown) => host.reject(call, describe(error)),
    )
  }

  /** A promise of our own: the user's might have a `then` that gets what is meant for the host. */
  function promiseOf(result: unknown): Promise<unknown> {
    return new Promise((resolve) => resolve(result))
  }

  function isObject(value: unknown): value is object {
    return (typeof value === 'object' && value !== null) || typeof value === 'function'
  }

  function isThenable(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false
    // Asked for outright: `in` costs as much again.
    return typeof (value as { readonly then?: unknown }).then === 'function'
  }

  function describe(error: unknown): Described {
    try {
      const line = isObject(error) ? lines.get(error) : undefined
      return { text: sentenceOf(error).slice(0, 2000), line }
    } catch {
      return { text: 'An error that cannot be shown', line: undefined }
    }
  }

  function sentenceOf(error: unknown): string {
    if (typeof error !== 'object' || error === null) return textOf(error)
    // Whatever was thrown; what it lacks is undefined.
    const { name, message } = error as Error
    return message === undefined ? textOf(error) : `${String(name)}: ${String(message)}`
  }

  function textOf(value: unknown): string {
    if (typeof value === 'string') return value
    try {
      if (typeof value === 'object') return stringify(value) ?? ''
      return `${value as string}`
    } catch {
      return '(cannot be shown)'
    }
  }

  function stateKey(key: unknown): string | number {
    if (typeof key === 'number' || typeof key === 'string') return key
    throw new TypeError('A key of the state has to be a text or a number.')
  }
}
