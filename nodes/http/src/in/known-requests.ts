import { createHash } from 'node:crypto'
import type { Clock, HttpRequest, HttpResponse, KeyedState } from '@millrace/sdk'

/** What is kept of a request by its key. */
export interface KnownRequest {
  /** The key is forgotten then; milliseconds since the epoch. */
  readonly until: number
  /** Of the body, to tell a repetition from another request under the same key. */
  readonly fingerprint: string
  /** As it was answered; absent while it is not. */
  readonly answer?: HttpResponse
}

export type Look =
  | { readonly outcome: 'new' }
  /** The first one is answered, and so is this. */
  | { readonly outcome: 'answered'; readonly answer: HttpResponse }
  /** The first one is not answered yet; this one is answered along with it. */
  | { readonly outcome: 'waits' }
  | { readonly outcome: 'refused'; readonly why: 'other-body' | 'too-many-wait' }

export interface KnownRequestsOptions {
  readonly state: KeyedState<KnownRequest>
  readonly clock: Clock
  readonly forMs: number
  readonly max: number
}

/**
 * The requests of late by their idempotency key. What is known is in memory at once, and in the
 * state from the moment at which the messages of the request are in the flow, so that after a crash
 * state and messages agree.
 */
export class KnownRequests {
  private readonly options: KnownRequestsOptions
  /** In the order in which they end. */
  private readonly known = new Map<string, KnownRequest>()
  /** Ids of further requests under the same key, while the first is not answered. */
  private readonly waiting = new Map<string, string[]>()
  /** Of all answers that are kept. */
  private bodyBytes = 0

  constructor(options: KnownRequestsOptions) {
    this.options = options
    const stored = [...options.state.entries()].toSorted(([, a], [, b]) => a.until - b.until)
    for (const [key, known] of stored) {
      this.known.set(String(key), known)
      this.bodyBytes += bodyLength(known.answer)
    }
  }

  /** Asks for a request that came; a new one is open from now on. */
  look(key: string, request: HttpRequest): Look {
    this.forgetOld()
    const fingerprint = fingerprintOf(request.body)
    const known = this.known.get(key)
    if (known === undefined) {
      this.note(key, fingerprint)
      this.waiting.set(key, [])
      return { outcome: 'new' }
    }
    if (known.fingerprint !== fingerprint) return { outcome: 'refused', why: 'other-body' }
    if (known.answer !== undefined) return { outcome: 'answered', answer: known.answer }
    const waiting = this.waiting.get(key) ?? []
    if (waiting.length >= waitingMax) return { outcome: 'refused', why: 'too-many-wait' }
    waiting.push(request.id)
    return { outcome: 'waits' }
  }

  /**
   * The messages of the request go into the flow now, or once more after a crash: from the next
   * epoch on it is known to have this answer. In memory it is open until it is answered.
   */
  taken(key: string, request: HttpRequest, answer: HttpResponse): void {
    this.recalled(key, request, answer)
    const known = this.known.get(key)
    if (known !== undefined) this.options.state.set(key, { ...known, answer })
  }

  /** It was taken in before a crash, and its messages will come. */
  recalled(key: string, request: HttpRequest, answer: HttpResponse): void {
    if (this.known.has(key)) return
    this.known.set(key, { ...this.note(key, fingerprintOf(request.body)), answer })
  }

  /** It is answered for good. Gives the ids of those that waited for this answer. */
  answered(key: string, answer: HttpResponse): readonly string[] {
    const known = this.known.get(key)
    if (known !== undefined) {
      this.bodyBytes -= bodyLength(known.answer)
      const kept = { ...known, answer: withoutLongBody(answer, keptBytesMax - this.bodyBytes) }
      this.bodyBytes += bodyLength(kept.answer)
      this.known.set(key, kept)
      this.options.state.set(key, kept)
    }
    return this.endWaiting(key)
  }

  /** It failed, and may be sent again. Gives the ids of those that waited for its answer. */
  failed(key: string): readonly string[] {
    this.forget(key)
    return this.endWaiting(key)
  }

  private note(key: string, fingerprint: string): KnownRequest {
    const { clock, forMs, max } = this.options
    const known = { until: clock.now() + forMs, fingerprint }
    this.known.set(key, known)
    if (this.known.size > max) this.forgetOldest()
    return known
  }

  private endWaiting(key: string): readonly string[] {
    const waiting = this.waiting.get(key) ?? []
    this.waiting.delete(key)
    return waiting
  }

  private forgetOld(): void {
    const now = this.options.clock.now()
    for (const [key, { until }] of this.known) {
      if (until > now) return
      this.forget(key)
    }
  }

  private forgetOldest(): void {
    const [oldest] = this.known.keys()
    if (oldest !== undefined) this.forget(oldest)
  }

  private forget(key: string): void {
    this.bodyBytes -= bodyLength(this.known.get(key)?.answer)
    this.known.delete(key)
    this.options.state.delete(key)
  }
}

const waitingMax = 100

/** Longer answers are not kept; a repetition then gets the status alone. */
const keptBodyMax = 65_536

/** Of all answers together: whoever may send could fill the memory with them otherwise. */
const keptBytesMax = 67_108_864

function bodyLength(answer: HttpResponse | undefined): number {
  return answer?.body?.length ?? 0
}

function withoutLongBody(answer: HttpResponse, room: number): HttpResponse {
  const { body, ...rest } = answer
  if (body === undefined || body.length > Math.min(keptBodyMax, room)) return rest
  return { ...rest, body: typeof body === 'string' ? body : Uint8Array.from(body) }
}

function fingerprintOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 22)
}
