import { NodeError, source, toOperatingError } from '@millrace/sdk'
import type { HttpRequest, HttpResponse, Message, SourceContext } from '@millrace/sdk'
import { JsonError } from '../body/json-error.ts'
import { readBody } from '../body/read-body.ts'
import { httpInDescriptor } from './descriptor.ts'
import { decodeRequest, encodeRequest } from './logged-request.ts'

type Context = SourceContext<typeof httpInDescriptor>

export const httpIn = source(httpInDescriptor, (context) => {
  const { config, http } = context
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
        else take(context, request)
      })
      context.intake.onReplay((record) =>
        emitAll(context, messagesOf(decodeRequest(record), config)),
      )
      context.status({ state: 'ok', text: `Answers ${method} ${path}`.slice(0, 200) })
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

function take(context: Context, request: HttpRequest): void {
  const { config, deliver, http, intake } = context
  let messages: readonly Message[]
  try {
    messages = messagesOf(request, config)
  } catch (error) {
    http.respond(request.id, refusal(error))
    return
  }
  const isAccepted = config.answer === 'accepted'
  const whenDone = isAccepted ? accepted : notAnswered
  const run = (): void => emitAll(context, messages)
  const settled = (error?: unknown): void => {
    http.respond(request.id, error === undefined ? whenDone : failed(error))
  }
  // One that waits for its answer ends with a crash; its client has to ask again.
  if (isAccepted && intake.isDurable) intake.take(encodeRequest(request), run, settled)
  else deliver(run, settled)
}

function emitAll({ emit }: Context, messages: readonly Message[]): void {
  for (const message of messages) emit.out(message)
}

const accepted: HttpResponse = { status: 202 }

/** Reaches nobody when an HTTP response node has answered. */
const notAnswered = errorResponse(500, {
  code: 'HTTP_NOT_ANSWERED',
  message: 'The flow has finished with the request without answering it.',
})

function messagesOf(request: HttpRequest, config: Context['config']): readonly Message[] {
  const { id, method, path, params, query, headers, remoteAddress } = request
  const about = { id, method, path, params, query, headers, remoteAddress }
  if (request.body.length === 0) return [messageOf({ ...query }, about)]
  const values = readBody(request.body, {
    format: config.body,
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
    bytesMax: config.bodyBytesMax,
  })
  return values.map((payload) => messageOf(payload, about))
}

function messageOf(payload: unknown, request: object): Message {
  // With room for the time that the engine sets.
  return { payload, time: undefined, request }
}

function refusal(error: unknown): HttpResponse {
  if (error instanceof JsonError) {
    const { code, message, line, column } = error
    return errorResponse(400, { code, message, line, column })
  }
  const { code, message } = toOperatingError(error)
  return errorResponse(refusalStatus.get(code) ?? 400, { code, message })
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
