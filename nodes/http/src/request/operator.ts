import { operator } from '@millrace/sdk'
import type { Hold, Message, NodeContext } from '@millrace/sdk'
import { secretHeaders, signInHeaders } from '@millrace/web'
import { answerReader } from '../body/answer-reader.ts'
import { headersOf } from '../body/header-rows.ts'
import { bodySender } from '../body/other-formats.ts'
import { HttpClient } from '../client/exchange.ts'
import type { Answer, Call } from '../client/exchange.ts'
import { TokenBucket } from '../client/token-bucket.ts'
import type { Attempts } from './attempts.ts'
import { httpRequestDescriptor } from './descriptor.ts'
import { keyMaker } from './idempotency-key.ts'
import { InOrder } from './in-order.ts'
import { readPages, RefusedAnswer } from './pages.ts'
import type { Pages } from './pages.ts'
import { pagingOf } from './paging.ts'

type Context = NodeContext<typeof httpRequestDescriptor>

export const httpRequest = operator(httpRequestDescriptor, (context) => {
  const { concurrency, isOrdered } = context.config
  let isClosed = false
  const attempts = attemptsOf(context, () => isClosed)
  const onPressure = (isHigh: boolean): void => context.pressure(isHigh)
  const queue = new InOrder({ concurrency, isOrdered, onPressure })
  const paging = pagingOf(context.config)
  const callOf = callMaker(context)
  return {
    onMessage: (message) => {
      // What is wrong with the message itself shows before it waits.
      const call = callOf(message)
      const hold = context.hold()
      queue.add((settle) => {
        readPages(attempts, paging, call).then(
          (pages) => settle(() => pass(attempts, { hold, message, pages })),
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
      attempts.bucket.open()
      attempts.client.close()
    },
  }
})

function attemptsOf(context: Context, isClosed: () => boolean): Attempts {
  const { config, timers, clock } = context
  const { timeoutMs, redirectsMax, responseBytesMax, concurrency, rateMax, ratePeriodMs } = config
  const limits = { timeoutMs, redirectsMax, responseBytesMax, connectionsMax: concurrency }
  const client = new HttpClient({ timers, ...limits, way: config })
  const bucket = new TokenBucket({ clock, timers, max: rateMax, periodMs: ratePeriodMs })
  const read = answerReader(config)
  return { context, client, bucket, read, isClosed, show: problemShower(context) }
}

function callMaker(context: Context): (message: Message) => Call {
  const { method, url, body: bodyOf, headers: rows } = context.config
  const rowsOf = headersOf(rows)
  const bodyToSend = bodySender(context.config, context.config.bodyFormat)
  const keyOf = keyMaker(context)
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const secret = secretHeaders(context.config.secretHeaders)
  const signIn = { ...signInHeaders(context.config), ...secret }
  return (message) => {
    const headers = { ...signIn, ...keyOf(message), ...rowsOf(message) }
    if (!hasBody) return { method, url: url(message), headers, body: undefined }
    const body = bodyToSend(bodyOf === undefined ? message.payload : bodyOf(message))
    const type = body.contentType === undefined ? {} : { 'content-type': body.contentType }
    return { method, url: url(message), headers: { ...type, ...headers }, body: body.bytes }
  }
}

function problemShower({ status }: Context): (problem: string) => void {
  let shown = ''
  return (problem) => {
    if (problem === shown) return
    shown = problem
    status({ state: problem === '' ? 'ok' : 'warning', text: problem.slice(0, 200) })
  }
}

interface Answered {
  readonly hold: Hold
  readonly message: Message
  readonly pages: Pages
}

function pass({ context, show }: Attempts, { hold, message, pages: read }: Answered): void {
  const { config, emit } = context
  const { pages, hasMore } = read
  show(hasMore ? `Stopped after ${config.pagesMax} pages; there are more` : '')
  context.resume(hold, () => {
    for (const { answer, body, number } of pages) {
      const { status, headers, url } = answer
      const about = { status, headers, url }
      const isPaged = config.paging !== 'none'
      const page = { page: number, isLastPage: number === pages.length }
      const response = isPaged ? { ...about, ...page } : about
      emit.out(config.result.set({ ...message, response }, body))
    }
  })
  context.release(hold)
}

interface Refused {
  readonly hold: Hold
  readonly message: Message
  readonly error: unknown
}

/** The message leaves by the error port, which is how it is dealt with. */
function refuse(context: Context, { hold, message, error }: Refused): void {
  const told = error instanceof RefusedAnswer ? withAnswer(message, error.answer) : message
  context.resume(hold, () => context.fail(error, told))
  context.release(hold)
}

function withAnswer(message: Message, { status, headers, url, body }: Answer): Message {
  const text = Buffer.from(body.subarray(0, shownBytesMax)).toString('utf8')
  return { ...message, response: { status, headers, url, body: text } }
}

/** Of an answer that was a failure. */
const shownBytesMax = 10_000
