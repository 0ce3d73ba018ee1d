import { FormatError } from '@millrace/formats'
import { NodeError, source, toOperatingError } from '@millrace/sdk'
import type { HttpRequest, HttpResponse, Message, SourceContext } from '@millrace/sdk'
import { deniedCount, isAllowedPage } from '@millrace/web'
import { JsonError } from '../body/json-error.ts'
import { bodyDecoder } from '../body/other-formats.ts'
import { httpInDescriptor } from './descriptor.ts'
import { KnownRequests } from './known-requests.ts'
import type { KnownRequest } from './known-requests.ts'
import { decodeRequest, encodeRequest } from './logged-request.ts'
import { messagesOf } from './shape/messages-of.ts'
import type { Reading } from './shape/messages-of.ts'
import { signInCheck } from './sign-in/check-sign-in.ts'
import type { CheckSignIn, Denial } from './sign-in/check-sign-in.ts'

type Context = SourceContext<typeof httpInDescriptor>

/** What a running node has beside its context. */
interface Desk {
  readonly context: Context
  readonly reading: Reading
  readonly checkSignIn: CheckSignIn
  readonly known: KnownRequests | undefined
  /** A request was turned away for who sent it. */
  readonly onDenied: () => void
}

export const httpIn = source(httpInDescriptor, (context) => {
  const { config, http } = context
  const desk: Desk = {
    context,
    reading: { config, decode: bodyDecoder(config, config.body) },
    checkSignIn: signInCheck(config),
    known: config.isIdempotent ? knownRequests(context) : undefined,
    onDenied: deniedCount(context, answersText(config)),
  }
  let isPaused = false
  let leave: (() => void) | undefined
  const stop = (): void => {
    leave?.()
    leave = undefined
  }
  return {
    start: () => {
      const { method, path, bodyBytesMax, answerWithinMs, openMax } = config
      const route = { method, path, bodyBytesMax, answerWithinMs, openMax }
      leave = http.route(route, (request) => {
        if (isPaused) http.respond(request.id, busy)
        else receive(desk, request)
      })
      recall(desk)
      context.intake.onReplay((record) => replay(desk, record))
      context.status({ state: 'ok', text: answersText(config) })
    },
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
    },
    stop,
    close: stop,
  }
})

const busy = errorResponse(503, {
  code: 'HTTP_BUSY',
  message: 'The flow cannot keep up. Try again later.',
})

function answersText({ method, path }: Context['config']): string {
  return `Answers ${method} ${path}`.slice(0, 150)
}

function knownRequests({ config, state, clock }: Context): KnownRequests {
  return new KnownRequests({
    state: state.map<KnownRequest>('requests'),
    clock,
    forMs: config.idempotencyForMs,
    max: config.idempotencyMax,
  })
}

function recall({ context, known }: Desk): void {
  if (known === undefined) return
  const { config, intake } = context
  intake.recall(config.idempotencyMax, (record) => {
    const request = decodeRequest(record)
    const key = keyOf(request, config)
    if (key !== undefined) known.recalled(key, request, accepted)
  })
}

function replay({ context, known, reading }: Desk, record: Uint8Array): void {
  const request = decodeRequest(record)
  const key = keyOf(request, context.config)
  if (key !== undefined) known?.taken(key, request, accepted)
  let messages: readonly Message[]
  try {
    messages = messagesOf(request, reading, request.receivedAt)
  } catch (error) {
    // It was right when it came; the settings have changed since.
    const { body, id, method, path, headers } = request
    const message = { payload: Uint8Array.from(body), request: { id, method, path, headers } }
    context.fail(error, { ...message, time: undefined })
    return
  }
  emitAll(context, messages)
}

function keyOf({ headers }: HttpRequest, config: Context['config']): string | undefined {
  const key = headers[config.idempotencyHeader.toLowerCase()]
  return key === undefined || key === '' ? undefined : key.slice(0, keyMax)
}

/** Longer keys are told apart by so many characters. */
const keyMax = 500

function receive(desk: Desk, came: HttpRequest): void {
  const { context, known } = desk
  const { config, http, clock } = context
  if (!isFromAllowedPage(came, config)) {
    http.respond(came.id, foreignPage)
    return
  }
  const denial = desk.checkSignIn(came, clock.now())
  if (denial !== undefined) {
    http.respond(came.id, deniedResponse(denial))
    desk.onDenied()
    return
  }
  const isWithSecret = config.auth === 'bearer' || config.auth === 'basic'
  const request = isWithSecret ? withoutCredentials(came) : came
  const receivedAt = clock.now()
  let messages: readonly Message[]
  try {
    messages = messagesOf(request, desk.reading, receivedAt)
  } catch (error) {
    http.respond(request.id, refusal(error))
    return
  }
  const key = known === undefined ? undefined : keyOf(request, config)
  if (known !== undefined && key !== undefined && !isNew(context, { known, key, request })) return
  take(desk, { request, receivedAt, messages, key })
}

/** What a page cannot know it cannot send; a browser adds name and password by itself. */
function isFromAllowedPage({ headers }: HttpRequest, { auth, origins }: Context['config']) {
  return (auth !== 'none' && auth !== 'basic') || isAllowedPage(headers, origins)
}

/** A secret that was checked is for no message, and for no log. */
function withoutCredentials(request: HttpRequest): HttpRequest {
  const { id, method, path, params, query, body, remoteAddress } = request
  const { authorization: _authorization, ...headers } = request.headers
  return { id, method, path, params, query, headers, body, remoteAddress }
}

/** Whether it is no repetition; one is answered here, or along with the first. */
function isNew(
  { http }: Context,
  { known, key, request }: { known: KnownRequests; key: string; request: HttpRequest },
): boolean {
  const look = known.look(key, request)
  if (look.outcome === 'answered') {
    const headers = { ...look.answer.headers, 'idempotent-replayed': 'true' }
    http.respond(request.id, { ...look.answer, headers })
  } else if (look.outcome === 'refused') {
    http.respond(request.id, look.why === 'other-body' ? otherBody : busy)
  }
  return look.outcome === 'new'
}

interface Taking {
  readonly request: HttpRequest
  readonly receivedAt: number
  readonly messages: readonly Message[]
  readonly key: string | undefined
}

function take({ context, known }: Desk, { request, receivedAt, messages, key }: Taking): void {
  const { config, deliver, http, intake } = context
  const isAccepted = config.answer === 'accepted'
  const run = (): void => {
    if (isAccepted && key !== undefined) known?.taken(key, request, accepted)
    emitAll(context, messages)
  }
  const remember = (answer: HttpResponse): void => {
    if (known === undefined || key === undefined) return
    const waiting = answer.status < 500 ? known.answered(key, answer) : known.failed(key)
    for (const id of waiting) http.respond(id, answer)
  }
  if (key !== undefined) http.onAnswered(request.id, remember)
  const settled = (error?: unknown): void => {
    // Reaches nobody when an HTTP response node has answered.
    const answer = isAccepted ? accepted : notAnswered
    http.respond(request.id, error === undefined ? answer : failed(error))
  }
  // One that waits for its answer ends with a crash; its client has to ask again.
  if (isAccepted && intake.isDurable) {
    intake.take(encodeRequest(request, receivedAt), run, settled, awaited)
  } else deliver(run, settled)
}

const awaited = { isAwaited: true }

function emitAll({ emit }: Context, messages: readonly Message[]): void {
  for (const message of messages) emit.out(message)
}

const accepted: HttpResponse = { status: 202 }

const notAnswered = errorResponse(500, {
  code: 'HTTP_NOT_ANSWERED',
  message: 'The flow has finished with the request without answering it.',
})

const foreignPage = errorResponse(403, {
  code: 'HTTP_ORIGIN_REFUSED',
  message: 'Pages from elsewhere may not send here: see "Allowed origins" of the node.',
})

const otherBody = errorResponse(422, {
  code: 'HTTP_KEY_REUSED',
  message: 'A request with another body came under this key. Use a new key for a new request.',
})

function deniedResponse({ message, challenge }: Denial): HttpResponse {
  const answer = errorResponse(401, { code: 'HTTP_UNAUTHORIZED', message })
  if (challenge === undefined) return answer
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge } }
}

function refusal(error: unknown): HttpResponse {
  if (error instanceof JsonError) {
    const { code, message, line, column } = error
    return errorResponse(400, { code, message, line, column })
  }
  const { code, message } = toOperatingError(error)
  const place = error instanceof FormatError ? error.place : {}
  return errorResponse(refusalStatus.get(code) ?? 400, { code, message, ...place })
}

const refusalStatus: ReadonlyMap<string, number> = new Map([
  ['HTTP_ENCODING_UNKNOWN', 415],
  ['HTTP_BODY_TOO_LONG', 413],
])

function failed(error: unknown): HttpResponse {
  const { code, message } = toOperatingError(error)
  // What was thrown by code of a flow is not for strangers.
  const isOurs = error instanceof NodeError
  return errorResponse(500, { code, message: isOurs ? message : 'The flow could not handle it.' })
}

function errorResponse(status: number, error: object): HttpResponse {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (status === 503) headers['retry-after'] = '1'
  return { status, headers, body: JSON.stringify(error) }
}
