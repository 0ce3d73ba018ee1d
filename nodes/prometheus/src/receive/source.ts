import { NodeError, source, toOperatingError } from '@millrace/sdk'
import type { HttpRequest, HttpResponse, Message, SourceContext } from '@millrace/sdk'
import { isAdmitted } from '@millrace/web'
import { seriesText } from '../exposition/sample.ts'
import { decodeWriteRequest } from '../remote/decode-write-request.ts'
import type { RemoteSample, RemoteSeries, WriteRequest } from '../remote/decode-write-request.ts'
import { prometheusReceiveDescriptor } from './descriptor.ts'
import { refusalOfType } from './refusal-of-type.ts'

type Context = SourceContext<typeof prometheusReceiveDescriptor>

export const prometheusReceive = source(prometheusReceiveDescriptor, (context) => {
  const { config, http, intake } = context
  let isPaused = false
  let leave: (() => void) | undefined
  const stop = (): void => {
    leave?.()
    leave = undefined
  }
  return {
    start: () => {
      const { path, bodyBytesMax, openMax } = config
      leave = http.route({ method: 'POST', path, bodyBytesMax, openMax }, (request) => {
        if (isPaused) http.respond(request.id, busy)
        else take(context, request)
      })
      intake.onReplay((record) => replay(context, record))
      context.status({ state: 'ok', text: `Takes remote write at ${path}`.slice(0, 200) })
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

/** It was right when it came; the settings may have changed since. */
function replay(context: Context, record: Uint8Array): void {
  let decoded: WriteRequest
  try {
    decoded = decodeWriteRequest(record, context.config.unpackedBytesMax)
  } catch (error) {
    context.fail(error, { payload: Uint8Array.from(record), time: undefined })
    return
  }
  emitAll(context, decoded)
}

function take(context: Context, request: HttpRequest): void {
  const { config, http, intake } = context
  const refusal = isAdmitted(config, request) ? refusalOfType(request.headers) : notAdmitted
  if (refusal !== undefined) {
    http.respond(request.id, refusal)
    return
  }
  let decoded: WriteRequest
  try {
    decoded = decodeWriteRequest(request.body, config.unpackedBytesMax)
  } catch (error) {
    http.respond(request.id, answer(400, toOperatingError(error).message))
    return
  }
  warnOf(context, decoded)
  const accepted = answerOf(decoded)
  // A copy: the body is a part of something bigger.
  const record = Uint8Array.from(request.body)
  const settled = (error?: unknown): void => {
    http.respond(request.id, error === undefined ? accepted : failed(error, intake.isDurable))
  }
  const run = (): void => emitAll(context, decoded)
  intake.take(record, run, settled, { isAwaited: true })
}

/** The good series are taken in whatever the answer is: a sender drops all that got a 400. */
function answerOf({ refused, refusal }: WriteRequest): HttpResponse {
  if (refused === 0) return { status: 204 }
  return answer(400, `${refused} series were left out: ${refusal}. The others were taken in.`)
}

function warnOf({ status, config, log }: Context, decoded: WriteRequest): void {
  const { refused, refusal, nativeHistograms } = decoded
  if (refused === 0 && nativeHistograms === 0) return
  const text =
    refused > 0
      ? `${refused} series were left out: ${refusal}.`
      : 'Native histograms are left out; send classic ones.'
  log.warn(text, { path: config.path })
  status({ state: 'warning', text: text.slice(0, 200) })
}

function emitAll({ emit, config }: Context, { series }: WriteRequest): void {
  for (const one of series) {
    const key = seriesText(one.name, one.labels)
    for (const sample of one.samples) {
      if (!sample.isStale || config.keepStale) emit.out(messageOf(one, sample, key))
    }
  }
}

function messageOf({ name, labels }: RemoteSeries, sample: RemoteSample, key: string): Message {
  const { value, timeMs, isStale } = sample
  const payload = { name, labels, value: isStale ? null : value }
  const message: Message = { payload, topic: name, key, time: timeMs }
  return isStale ? { ...message, stale: true } : message
}

const busy = answer(503, 'The flow cannot keep up. Try again later.')
const notAdmitted: HttpResponse = {
  ...answer(401, 'Name, password or token is missing or wrong.'),
  headers: { 'content-type': 'text/plain; charset=utf-8', 'www-authenticate': 'Basic' },
}

function failed(error: unknown, isDurable: boolean): HttpResponse {
  // What was thrown by code of a flow is not for strangers.
  const message = error instanceof NodeError ? error.message : 'The flow could not handle it.'
  return answer(isDurable ? 503 : 500, message)
}

function answer(status: number, text: string): HttpResponse {
  const headers: Record<string, string> = { 'content-type': 'text/plain; charset=utf-8' }
  if (status === 503) headers['retry-after'] = '1'
  return { status, headers, body: `${text}\n` }
}
