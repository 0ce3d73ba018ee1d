import { NodeError } from '@millrace/sdk'
import type { Answer, Call } from '../client/exchange.ts'
import { callAt } from '../client/redirect.ts'
import { shownUrl } from '../client/shown-url.ts'
import { attempt } from './attempts.ts'
import type { Attempts } from './attempts.ts'
import type { Page, Paging } from './paging.ts'

export interface Pages {
  readonly pages: readonly Page[]
  /** There are more, which the limit left out. */
  readonly hasMore: boolean
}

/** An answer that was none of those wished for. */
export class RefusedAnswer extends NodeError {
  readonly answer: Answer

  constructor(error: { readonly code: string; readonly message: string }, answer: Answer) {
    super(error.code, error.message)
    this.answer = answer
  }
}

/** All pages, which is one for most services. Rejects with the first that is refused or broken. */
export async function readPages(attempts: Attempts, paging: Paging, call: Call): Promise<Pages> {
  const { pagesMax, responseBytesMax } = attempts.context.config
  const pages: Page[] = []
  let bytes = 0
  let next: string | undefined = paging.first(call.url)
  while (next !== undefined && pages.length < pagesMax) {
    const answer = await attempt(attempts, callAt(call, next))
    bytes += answer.body.length
    if (bytes > responseBytesMax) throw tooLong(responseBytesMax)
    const page = pageOf(attempts, answer, pages.length + 1)
    pages.push(page)
    const following = paging.next(page, call.url)
    if (following === next) throw new NodeError('HTTP_PAGING_LOOP', 'A page leads to itself.')
    next = following
  }
  return { pages, hasMore: next !== undefined }
}

function pageOf({ context, read }: Attempts, answer: Answer, number: number): Page {
  const { config } = context
  if (answer.status >= 400) throw new RefusedAnswer(statusError(answer, config.method), answer)
  try {
    const body = read(answer.body, answer.headers['content-type'])
    return { answer, body, number }
  } catch (error) {
    throw error instanceof NodeError ? new RefusedAnswer(error, answer) : error
  }
}

function statusError(
  { status, statusText, url }: Answer,
  method: string,
): { code: string; message: string } {
  const what = `${method} ${shownUrl(url)} was answered with ${status} ${statusText}.`
  const { code, hint } = knownStatuses.get(status) ?? { code: 'HTTP_STATUS', hint: '' }
  return { code, message: `${what}${hint}` }
}

const knownStatuses: ReadonlyMap<number, { readonly code: string; readonly hint: string }> =
  new Map([
    [
      413,
      {
        code: 'HTTP_TOO_LARGE',
        hint: ' The body is larger than the server takes: send it in parts.',
      },
    ],
    [
      429,
      {
        code: 'HTTP_RATE_LIMITED',
        hint: ' It takes fewer requests: set "Rate limit", or allow more retries.',
      },
    ],
  ])

function tooLong(max: number): NodeError {
  const text = `The pages have more than ${max} bytes together. Raise "Maximum response size", or ask for fewer.`
  return new NodeError('HTTP_RESPONSE_TOO_LONG', text)
}
