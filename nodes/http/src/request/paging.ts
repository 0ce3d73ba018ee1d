import { NodeError } from '@millrace/sdk'
import type { Message } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import type { Answer } from '../client/exchange.ts'
import type { httpRequestDescriptor } from './descriptor.ts'

type Config = ConfigOf<typeof httpRequestDescriptor>

/** One page as it was read. */
export interface Page {
  readonly answer: Answer
  readonly body: unknown
  /** Counted from 1. */
  readonly number: number
}

/** The address of the first page, and of the one after a page; `undefined` after the last. */
export interface Paging {
  first(url: string): string
  next(page: Page, firstUrl: string): string | undefined
}

export function pagingOf(config: Config): Paging {
  switch (config.paging) {
    case 'none':
      return { first: (url) => url, next: () => undefined }
    case 'link':
      return { first: (url) => url, next: ({ answer }) => linkOf(answer) }
    case 'cursor':
      return { first: (url) => url, next: (page, url) => cursorOf(page, url, config) }
    case 'page':
      return {
        first: (url) => withParameter(url, config.pageParameter, config.firstPage),
        next: (page, url) => (hasItems(page, config) ? numbered(page, url, config) : undefined),
      }
  }
}

/** RFC 8288: `Link: <https://…>; rel="next"`. */
export function linkOf({ headers, url }: Pick<Answer, 'headers' | 'url'>): string | undefined {
  const link = headers['link']
  if (link === undefined) return undefined
  for (const [, target = '', parameters = ''] of link.matchAll(/<([^>]*)>((?:\s*;[^,<]*)*)/g)) {
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/i.test(parameters)) {
      return URL.parse(target, url)?.href
    }
  }
  return undefined
}

/** What leads on: an address, or a value for a parameter of the first one. */
function cursorOf(page: Page, firstUrl: string, config: Config): string | undefined {
  const cursor = config.nextCursor(messageOf(page))
  if (cursor === null || cursor === undefined || cursor === '' || cursor === false) return undefined
  if (typeof cursor !== 'string' && typeof cursor !== 'number') {
    const text =
      'What leads to the next page is neither text nor a number: see "What leads to the next page".'
    throw new NodeError('HTTP_PAGING_CURSOR', text)
  }
  const text = String(cursor)
  if (config.cursorParameter === '') return URL.parse(text, page.answer.url)?.href
  return withParameter(firstUrl, config.cursorParameter, text)
}

function hasItems(page: Page, config: Config): boolean {
  const items = config.pageItems === undefined ? page.body : config.pageItems(messageOf(page))
  return Array.isArray(items) && items.length > 0
}

function numbered({ number }: Page, firstUrl: string, config: Config): string {
  return withParameter(firstUrl, config.pageParameter, config.firstPage + number)
}

function messageOf({ body, answer }: Page): Message {
  const { status, headers, url } = answer
  return { payload: body, response: { status, headers, url } }
}

function withParameter(url: string, name: string, value: string | number): string {
  const changed = URL.parse(url)
  // What is wrong with the address shows when it is called.
  if (changed === null) return url
  changed.searchParams.set(name, String(value))
  return changed.href
}
