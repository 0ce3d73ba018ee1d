import type { IncomingMessage } from 'node:http'
import { NodeError, source, toOperatingError } from '@millrace/sdk'
import type { KeyedState, Message, SourceContext, Timer } from '@millrace/sdk'
import { retryAfterMs, retryWaitMs, unreachable } from '@millrace/web'
import { openAgents } from '../client/agents.ts'
import type { Agents } from '../client/agents.ts'
import { openStream } from '../client/open-stream.ts'
import { plainHeaders } from '../client/plain-headers.ts'
import { shownUrl } from '../client/shown-url.ts'
import { httpEventsDescriptor } from './descriptor.ts'
import { EventStreamParser } from './event-stream-parser.ts'
import type { StreamEvent } from './event-stream-parser.ts'
import { dataReader } from './read-data.ts'

type Context = SourceContext<typeof httpEventsDescriptor>

export const httpEvents = source(httpEventsDescriptor, (context) => {
  const listener = new Listener(context)
  return {
    start: () => listener.start(),
    pause: () => listener.pause(),
    resume: () => listener.resume(),
    stop: () => listener.stop(),
    close: () => listener.stop(),
  }
})

/** Keeps the stream open for ever, each time from where the flow has come to. */
class Listener {
  private readonly context: Context
  private readonly agents: Agents
  private readonly headers: Readonly<Record<string, string>>
  private readonly position: KeyedState<string>
  private readonly emit: (event: StreamEvent) => void
  private response: IncomingMessage | undefined
  private end: (() => void) | undefined
  private timer: Timer | undefined
  /** Read, and not yet given to the flow. */
  private together: StreamEvent[] = []
  /** As the server says. */
  private retryMs = 0
  private failures = 0
  private tooLong = 0
  private isPaused = false
  private isStopped = false

  constructor(context: Context) {
    const { config, state } = context
    this.context = context
    this.agents = openAgents(config, 1)
    this.headers = plainHeaders(config)
    this.position = state.map<string>('position')
    // Ids of another stream are of no use for this one.
    for (const url of this.position.keys()) if (url !== config.url) this.position.delete(url)
    this.emit = emitter(context)
  }

  start(): void {
    const text = `Connects to ${shownUrl(this.context.config.url)}`.slice(0, 200)
    this.context.status({ state: 'connecting', text })
    this.connect()
  }

  pause(): void {
    this.isPaused = true
    this.response?.pause()
  }

  resume(): void {
    this.isPaused = false
    this.deliver()
    if (this.mayRead) this.response?.resume()
  }

  stop(): void {
    this.isStopped = true
    this.timer?.cancel()
    this.end?.()
    this.agents.plain.destroy()
    this.agents.secure.destroy()
  }

  /** Also what pausing in the midst of a read has left is given to the flow first. */
  private get mayRead(): boolean {
    return !this.isPaused && this.together.length === 0
  }

  private connect(): void {
    const { config, timers } = this.context
    const waiting = this.together.at(-1)?.lastId ?? ''
    const lastId = waiting === '' ? (this.position.get(config.url) ?? '') : waiting
    const since = isSendable(lastId)
      ? { 'last-event-id': Buffer.from(lastId).toString('latin1') }
      : {}
    const accept = { accept: 'text/event-stream', 'cache-control': 'no-store' }
    const headers = { ...accept, ...this.headers, ...since }
    let isOver = false
    const over = (error: unknown, waitMs?: number): void => {
      if (isOver) return
      isOver = true
      this.timer?.cancel()
      this.end?.()
      this.response = undefined
      if (!this.isStopped) this.later(error, waitMs)
    }
    this.end = openStream(
      { method: 'GET', url: config.url, headers, body: undefined },
      {
        agents: this.agents,
        way: config,
        onError: over,
        onResponse: (response) => this.listen(response, { lastId, over }),
      },
    )
    if (!isOver) this.timer = timers.after(config.connectTimeoutMs, () => over(timeout()))
  }

  private listen(
    response: IncomingMessage,
    { lastId, over }: { lastId: string; over: (error: unknown, waitMs?: number) => void },
  ): void {
    const { context } = this
    const problem = problemWith(response)
    if (problem !== undefined) {
      response.destroy()
      over(problem, retryAfterMs(response.headers['retry-after'], context.clock.now()))
      return
    }
    this.response = response
    if (!this.mayRead) response.pause()
    const parser = this.parser(lastId)
    const watch = (): void => {
      this.timer?.cancel()
      const { silentMs } = context.config
      if (silentMs === 0) return
      this.timer = context.timers.after(silentMs, () => {
        // A stream that is not read says nothing.
        if (this.mayRead) over(silence(silentMs))
        else watch()
      })
    }
    watch()
    this.showOpen()
    response.on('data', (chunk: Buffer) => {
      context.goesOn()
      this.failures = 0
      watch()
      parser.push(chunk)
      this.deliver()
    })
    response.on('error', over)
    response.on('close', () => over(undefined))
  }

  private parser(lastId: string): EventStreamParser {
    return new EventStreamParser(lastId, this.context.config.eventBytesMax, {
      onEvent: (event) => this.together.push(event),
      onRetry: (retryMs) => {
        this.retryMs = Math.min(retryMs, retryMaxMs)
      },
      onTooLong: () => {
        this.tooLong += 1
        this.showOpen()
      },
    })
  }

  /** The position goes with the messages: after a crash both are as they were at the same epoch. */
  private deliver(): void {
    while (!this.isPaused && this.together.length > 0) {
      this.deliverSome(this.together.splice(0, togetherMax))
    }
  }

  private deliverSome(events: readonly StreamEvent[]): void {
    const last = events.at(-1)
    if (last === undefined) return
    const run = (): void => {
      if (last.lastId !== '') this.position.set(this.context.config.url, last.lastId)
      events.forEach(this.emit)
    }
    this.context.deliver(run, (error) => {
      if (error !== undefined) this.context.log.warn(toOperatingError(error).message)
    })
  }

  private showOpen(): void {
    const { status, config } = this.context
    const text = `Listens to ${shownUrl(config.url)}`.slice(0, 150)
    if (this.tooLong === 0) status({ state: 'ok', text })
    else status({ state: 'warning', text: `${text}; ${this.tooLong} events were too long` })
  }

  private later(error: unknown, askedMs = 0): void {
    const { context } = this
    this.failures += 1
    const why = error === undefined ? 'The server ended the stream.' : this.explain(error)
    context.status({ state: 'error', text: `${why} Connects again.`.slice(0, 200) })
    const waitMs = Math.max(this.retryMs, askedMs, retryWaitMs(this.failures, Math.random()))
    this.timer = context.timers.after(waitMs, () => this.connect())
  }

  private explain(error: unknown): string {
    return unreachable(error, this.context.config.url)
  }
}

/** An id may have characters in it that no header carries. */
function isSendable(lastId: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return lastId !== '' && lastId.length <= idMax && !/[\x00-\x08\x0a-\x1f\x7f]/.test(lastId)
}

/** Servers refuse longer headers, and then there would be no stream at all. */
const idMax = 4000

/** Events that the flow gets at once. */
const togetherMax = 256

/** Longer than that nobody is kept waiting. */
const retryMaxMs = 300_000

function emitter({ config, emit, fail }: Context): (event: StreamEvent) => void {
  const wanted = new Set(
    config.names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
  const read = dataReader(config.format)
  return ({ name: given, data, lastId }) => {
    const name = given === '' ? 'message' : given
    if (wanted.size > 0 && !wanted.has(name)) return
    const about: Pick<Message, 'time'> & { event: object } = {
      time: undefined,
      event: { name, id: lastId },
    }
    let payload: unknown
    try {
      payload = read(data)
    } catch (error) {
      fail(error, { payload: data, ...about })
      return
    }
    emit.out({ payload, ...about })
  }
}

function problemWith({ statusCode, headers }: IncomingMessage): NodeError | undefined {
  if (statusCode !== 200) {
    const hint = statusCode === 401 || statusCode === 403 ? ' See "Sign-in".' : ''
    return new NodeError('HTTP_STATUS', `The server answered with ${statusCode}.${hint}`)
  }
  const type = headers['content-type'] ?? 'nothing'
  if (type.startsWith('text/event-stream')) return undefined
  const text = `What is at the address is no stream of events, but ${type}. Is "Address" right?`
  return new NodeError('HTTP_NO_EVENT_STREAM', text)
}

function timeout(): Error {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })
}

function silence(silentMs: number): NodeError {
  return new NodeError('HTTP_SILENCE', `Nothing came for ${silentMs / 1000} s.`)
}
