import { NodeError, toOperatingError } from '@millrace/sdk'
import type { Clock } from '@millrace/sdk'
import { unreachable } from '@millrace/web'
import type { Caller } from '@millrace/web'
import { isOpenMetricsType, parseExposition } from '../exposition/parse-exposition.ts'
import type { Exposition } from '../exposition/sample.ts'
import type { Target } from './target.ts'

/** What came of asking a target once. */
export interface Scrape {
  readonly target: Target
  /** Processing time at which it was asked, in milliseconds since the epoch. */
  readonly startedAt: number
  readonly durationMs: number
  /** Nothing where the target is down. */
  readonly shown: Exposition
  /** Why it counts as down. */
  readonly error: NodeError | undefined
}

export interface ScrapeOptions {
  readonly caller: Caller
  readonly clock: Clock
  readonly headers: Readonly<Record<string, string>>
  readonly samplesMax: number
}

/** Asks a target for what it shows. Never rejects. */
export async function scrape(target: Target, options: ScrapeOptions): Promise<Scrape> {
  const { clock } = options
  const startedAt = clock.now()
  const startedMs = clock.monotonic()
  const result = await read(target, options).catch((error: unknown) => asDown(error, target))
  const durationMs = clock.monotonic() - startedMs
  const isDown = result instanceof NodeError
  return {
    target,
    startedAt,
    durationMs,
    shown: isDown ? nothing : result,
    error: isDown ? result : undefined,
  }
}

const nothing: Exposition = { samples: [], about: new Map() }

async function read(target: Target, options: ScrapeOptions): Promise<Exposition> {
  const { caller, headers, samplesMax } = options
  const answer = await caller.exchange({
    method: 'GET',
    url: target.url,
    headers: { accept, ...headers },
  })
  const { status } = answer
  if (status !== 200) throw new NodeError('PROMETHEUS_TARGET_DOWN', statusText(status, target))
  const isOpenMetrics = isOpenMetricsType(answer.headers['content-type'])
  return parseExposition(answer.text(), { isOpenMetrics, samplesMax })
}

const accept =
  'application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'

function statusText(status: number, { url }: Target): string {
  const why =
    status === 401 || status === 403
      ? ': check "Sign-in"'
      : status === 404
        ? ': check the path of its address'
        : ''
  return `${url.host} answered ${url.pathname} with status ${status}${why}.`
}

function asDown(error: unknown, { url }: Target): NodeError {
  const { code } = toOperatingError(error)
  if (error instanceof NodeError && code.startsWith('PROMETHEUS_')) return error
  return new NodeError('PROMETHEUS_TARGET_DOWN', unreachable(error, url.href), { cause: error })
}
