import { NodeError, operator, toOperatingError } from '@millrace/sdk'
import type { Hold, Message, NodeContext } from '@millrace/sdk'
import { bodyToSend } from '../body/body-to-send.ts'
import { headersOf } from '../body/header-rows.ts'
import { readAnswer } from '../body/read-body.ts'
import { httpRequestDescriptor } from './descriptor.ts'
import { HttpClient } from './exchange.ts'
import type { Answer, Call } from './exchange.ts'
import { InOrder } from './in-order.ts'
import { retryDelayMs } from './retry.ts'
import type { RetryRule } from './retry.ts'

type Context = NodeContext<typeof httpRequestDescriptor>

export const httpRequest = operator(httpRequestDescriptor, (context) => {
  const { config, timers } = context
  const { timeoutMs, redirectsMax, responseBytesMax, isMetadataAllowed, concurrency } = config
  const limits = { timeoutMs, redirectsMax, responseBytesMax, isMetadataAllowed }
  const client = new HttpClient({ timers, ...limits, connectionsMax: concurrency })
  const queue = new InOrder({
    concurrency,
    isOrdered: config.isOrdered,
    onPressure: (isHigh) => context.pressure(isHigh),
  })
  const callOf = callMaker(context)
  let isClosed = false
  return {
    onMessage: (message) => {
      // What is wrong with the message itself shows before it waits.
      const call = callOf(message)
      const hold = context.hold()
      queue.add((settle) => {
        request(context, { call, client, isClosed: () => isClosed }).then(
          (answer) => settle(() => pass(context, { hold, message, answer })),
          (error: unknown) => {
            // Neither answered nor failed: given up with the node.
            if (isClosed) settle(() => context.release(hold, error))
            else settle(() => refuse(context, { hold, message, error }))
          },
        )
      })
    },
    close: () => {
      isClosed = true
      client.close()
    },
  }
})

function callMaker({ config }: Context): (message: Message) => Call {
  const { method, url, body: bodyOf } = config
  const rowsOf = headersOf(config.headers)
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const signIn = authorization(config)
  return (message) => {
    const headers = { ...signIn, ...rowsOf(message) }
    if (!hasBody) return { method, url: url(message), headers, body: undefined }
    const body = bodyToSend(bodyOf === undefined ? message.payload : bodyOf(message))
    const type = body.contentType === undefined ? {} : { 'content-type': body.contentType }
    return { method, url: url(message), headers: { ...type, ...headers }, body: body.bytes }
  }
}

function authorization(config: Context['config']): Record<string, string> {
  if (config.auth === 'bearer') return { authorization: `Bearer ${config.token ?? ''}` }
  if (config.auth === 'none') return {}
  const pair = Buffer.from(`${config.username}:${config.password ?? ''}`)
  return { authorization: `Basic ${pair.toString('base64')}` }
}

interface Running {
  readonly call: Call
  readonly client: HttpClient
  readonly isClosed: () => boolean
}

/** Tries as often as the rule says. Rejects, or gives the last answer, whatever its status. */
async function request(context: Context, { call, client, isClosed }: Running): Promise<Answer> {
  const { config, timers, clock } = context
  const { retries, method, isRetriedUnsafely } = config
  const rule: RetryRule = { retries, method, isRetriedUnsafely }
  for (let made = 1; ; made += 1) {
    const result = await client.exchange(call).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    )
    const attempt =
      'answer' in result
        ? { status: result.answer.status, retryAfter: result.answer.headers['retry-after'] }
        : result
    const chance = Math.random()
    const delayMs = retryDelayMs(attempt, made, { rule, nowMs: clock.now(), chance })
    if (delayMs === undefined || isClosed()) {
      if ('answer' in result) return result.answer
      throw asNodeError(result.error, call)
    }
    await new Promise<void>((resolve) => void timers.after(delayMs, resolve))
  }
}

interface Answered {
  readonly hold: Hold
  readonly message: Message
  readonly answer: Answer
}

function pass(context: Context, { hold, message, answer }: Answered): void {
  const { config, emit } = context
  const { status, headers, url, statusText } = answer
  if (status >= 400) {
    const text = `${config.method} ${url.slice(0, 200)} was answered with ${status} ${statusText}.`
    refuse(context, { hold, message, answer, error: new NodeError('HTTP_STATUS', text) })
    return
  }
  let body: unknown
  try {
    body = readAnswer(answer.body, config.response, headers['content-type'])
  } catch (error) {
    refuse(context, { hold, message, answer, error })
    return
  }
  const response = { status, headers, url }
  context.resume(hold, () => emit.out(config.result.set({ ...message, response }, body)))
  context.release(hold)
}

interface Refused {
  readonly hold: Hold
  readonly message: Message
  readonly error: unknown
  readonly answer?: Answer
}

/** The message leaves by the error port, which is how it is dealt with. */
function refuse(context: Context, { hold, message, error, answer }: Refused): void {
  context.resume(hold, () =>
    context.fail(error, answer === undefined ? message : withAnswer(message, answer)),
  )
  context.release(hold)
}

function withAnswer(message: Message, { status, headers, url, body }: Answer): Message {
  const text = Buffer.from(body.subarray(0, shownBytesMax)).toString('utf8')
  return { ...message, response: { status, headers, url, body: text } }
}

/** Of an answer that was a failure. */
const shownBytesMax = 10_000

function asNodeError(error: unknown, { method, url }: Call): NodeError {
  if (error instanceof NodeError) return error
  const { code, message } = toOperatingError(error)
  const origin = URL.parse(url)?.origin ?? url.slice(0, 100)
  const text = `${method} ${origin} failed: ${message || code}.`
  return new NodeError('HTTP_FAILED', text, { cause: error })
}
