import { createHash } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import { NodeError, source } from '@millrace/sdk'
import type { KeyedState, Message, SourceContext, Timer } from '@millrace/sdk'
import { retryAfterMs, retryWaitMs, unreachable } from '@millrace/web'
import { answerReader } from '../body/answer-reader.ts'
import type { ReadAnswer } from '../body/answer-reader.ts'
import { HttpClient } from '../client/exchange.ts'
import type { Answer } from '../client/exchange.ts'
import { plainHeaders } from '../client/plain-headers.ts'
import { shownUrl } from '../client/shown-url.ts'
import { httpPollDescriptor } from './descriptor.ts'

type Context = SourceContext<typeof httpPollDescriptor>

/** What is known of the newest answer. */
interface Seen {
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  readonly hash: string
}

/** An answer as it stands in the ingest log. */
type Logged = Pick<Answer, 'status' | 'headers' | 'body' | 'url'>

export const httpPoll = source(httpPollDescriptor, (context) => {
  const { config, timers, intake } = context
  const { timeoutMs, redirectsMax, responseBytesMax } = config
  const limits = { timeoutMs, redirectsMax, responseBytesMax, connectionsMax: 1 }
  const client = new HttpClient({ timers, ...limits, way: config })
  const read = answerReader(config)
  const round = new PollRound(context, { client, read })
  return {
    start: () => {
      intake.onReplay((record) => emit(context, read, deserialize(record) as Logged))
      round.start()
    },
    pause: () => round.pause(),
    resume: () => round.resume(),
    onAction: () => round.pollNow(),
    stop: () => round.stop(),
    close: () => {
      round.stop()
      client.close()
    },
  }
})

/** Asks, waits, and asks again; one request at a time. */
class PollRound {
  private readonly context: Context
  private readonly client: HttpClient
  private readonly read: ReadAnswer
  private readonly seen: KeyedState<Seen>
  private readonly headers: Readonly<Record<string, string>>
  private timer: Timer | undefined
  private isPolling = false
  private isPaused = false
  private isStopped = false
  private failures = 0

  constructor(
    context: Context,
    { client, read }: { readonly client: HttpClient; readonly read: ReadAnswer },
  ) {
    this.context = context
    this.client = client
    this.read = read
    this.seen = context.state.map<Seen>('seen')
    // What another address said is of no use for this one.
    for (const url of this.seen.keys()) if (url !== context.config.url) this.seen.delete(url)
    this.headers = plainHeaders(context.config)
  }

  start(): void {
    this.context.status({
      state: 'connecting',
      text: `Asks ${shownUrl(this.context.config.url)}`.slice(0, 200),
    })
    this.pollNow()
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    if (this.timer === undefined) this.pollNow()
  }

  stop(): void {
    this.isStopped = true
    this.timer?.cancel()
  }

  pollNow(): void {
    if (this.isPolling || this.isStopped) return
    this.timer?.cancel()
    this.timer = undefined
    // A flow that cannot keep up is asked again when it can.
    if (this.isPaused) return
    this.isPolling = true
    const startedAt = this.context.clock.monotonic()
    void this.poll().then((waitMs) => {
      this.isPolling = false
      if (this.isStopped) return
      const goneMs = this.context.clock.monotonic() - startedAt
      this.timer = this.context.timers.after(Math.max(0, waitMs - goneMs), () => this.pollNow())
    })
  }

  /** Gives how long after its start the next one is due; never rejects. */
  private async poll(): Promise<number> {
    const { config, clock } = this.context
    try {
      const answer = await this.client.exchange({
        method: 'GET',
        url: config.url,
        headers: { ...this.headers, ...this.conditions() },
        body: undefined,
      })
      this.context.goesOn()
      if (this.isStopped) return 0
      if (answer.status >= 400) return this.failed(statusError(answer), answer)
      this.failures = 0
      this.take(answer)
      return Math.max(config.everyMs, retryAfterMs(answer.headers['retry-after'], clock.now()) ?? 0)
    } catch (error) {
      this.context.goesOn()
      return this.isStopped ? 0 : this.failed(error)
    }
  }

  private conditions(): Record<string, string> {
    const seen = this.context.config.isChangedOnly
      ? this.seen.get(this.context.config.url)
      : undefined
    return {
      ...(seen?.etag === undefined ? {} : { 'if-none-match': seen.etag }),
      ...(seen?.lastModified === undefined ? {} : { 'if-modified-since': seen.lastModified }),
    }
  }

  private take(answer: Answer): void {
    const { config, status, intake } = this.context
    const hash = createHash('sha256').update(answer.body).digest('base64url')
    const isSame = answer.status === 304 || hash === this.seen.get(this.context.config.url)?.hash
    if (isSame && config.isChangedOnly) return status({ state: 'ok', text: 'Unchanged' })
    status({ state: 'ok', text: config.isChangedOnly ? 'Changed' : `Answered ${answer.status}` })
    const { status: code, headers, url } = answer
    const logged: Logged = { status: code, headers, url, body: Uint8Array.from(answer.body) }
    const run = (): void => emit(this.context, this.read, logged)
    intake.take(serialize(logged), run, (error) => {
      if (error !== undefined) this.failed(error)
    })
  }

  /** Sooner than usual where that is long, but not sooner than the server asks for. */
  private failed(error: unknown, answer?: Answer): number {
    const { config, clock, status, log } = this.context
    this.failures += 1
    const message = unreachable(error, config.url)
    status({ state: 'error', text: message.slice(0, 200) })
    if (this.failures === 1) log.warn(message)
    const waitMs = Math.min(config.everyMs, retryWaitMs(this.failures, Math.random()))
    return Math.max(waitMs, retryAfterMs(answer?.headers['retry-after'], clock.now()) ?? 0)
  }
}

/** What is known changes along with the messages, so that both outlive a crash or neither does. */
function emit(context: Context, read: ReadAnswer, logged: Logged): void {
  const seen = context.state.map<Seen>('seen')
  const { status, headers, url, body } = logged
  const hash = createHash('sha256').update(body).digest('base64url')
  seen.set(context.config.url, {
    etag: headers['etag'],
    lastModified: headers['last-modified'],
    hash,
  })
  const about: Pick<Message, 'time'> & { response: object } = {
    time: undefined,
    response: { status, headers, url },
  }
  let payload: unknown
  try {
    payload = read(body, headers['content-type'])
  } catch (error) {
    context.fail(error, { payload: Buffer.from(body).toString('utf8').slice(0, 10_000), ...about })
    return
  }
  context.emit.out({ payload, ...about })
}

function statusError({ status, statusText, url }: Answer): NodeError {
  const text = `${shownUrl(url)} was answered with ${status} ${statusText}.${hintFor(status)}`
  return new NodeError('HTTP_STATUS', text)
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) return ' Check "Sign-in".'
  return status === 404 || status === 410 ? ' Check "Address".' : ''
}
