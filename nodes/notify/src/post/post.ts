import { networkProblem, placeOfUrl } from '@millrace/reach'
import type { TlsSettings } from '@millrace/reach'
import { NodeError } from '@millrace/sdk'
import type { Clock, Timers } from '@millrace/sdk'
import { Caller } from '@millrace/web'
import type { Outcome } from '../policy/outcome.ts'
import { readAnswer } from './read-answer.ts'
import type { Told } from './read-answer.ts'

export interface PosterOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly timeoutMs: number
  readonly tls: TlsSettings
  /** What the form calls the address, for sentences. */
  readonly addressLabel: string
  /** The address is none that a person sets. */
  readonly isFixed?: boolean
  /** For sentences, such as `Slack`. */
  readonly name: string
  /** What to do about an address or key that is not accepted. */
  readonly refusedHint: string
}

export interface Letter {
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** Reads answers that mean something else with this receiver. */
  readonly ownOutcome?: (told: Told) => Outcome | undefined
}

/** Posts JSON over HTTP. Of the address no more than the host stands in an error: it is a secret. */
export class Poster {
  private readonly options: PosterOptions
  private readonly caller: Caller

  constructor(options: PosterOptions) {
    this.options = options
    const { timers, timeoutMs, tls } = options
    this.caller = new Caller({ timers, timeoutMs, tls, answerBytesMax })
  }

  /** Never rejects; `urlOf` may throw. */
  async post(urlOf: () => URL, { body, headers, ownOutcome }: Letter): Promise<Outcome> {
    const { clock } = this.options
    let url: URL | undefined
    try {
      url = urlOf()
      const answer = await this.caller.exchange({
        method: 'POST',
        url,
        body,
        headers: { 'content-type': 'application/json', 'user-agent': 'Millrace', ...headers },
      })
      const told: Told = { status: answer.status, headers: answer.headers, body: answer.text() }
      return ownOutcome?.(told) ?? readAnswer(told, { ...this.options, nowMs: clock.now() })
    } catch (error) {
      return { kind: 'later', error: problemOf(error, url, this.options) }
    }
  }

  close(): void {
    this.caller.close()
  }
}

const answerBytesMax = 100_000

function problemOf(
  error: unknown,
  url: URL | undefined,
  { addressLabel, isFixed }: PosterOptions,
): NodeError {
  if (error instanceof NodeError) return error
  if (url === undefined) return new NodeError('NOTIFY_FAILED', String(error), { cause: error })
  const { host, port, labels } = placeOfUrl(url.href, addressLabel)
  const { text } = networkProblem(error, { host, port, labels, isFixed })
  return new NodeError('NOTIFY_UNREACHABLE', text, { cause: error })
}
