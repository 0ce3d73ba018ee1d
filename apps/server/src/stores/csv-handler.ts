import { once } from 'node:events'
import type { Request, RequestHandler, Response } from 'express'
import { timeMax } from '@millrace/store'
import type { CsvCursor, CsvRequest, StoreReader } from '@millrace/store'
import { storeForm } from '../http/parameters.ts'
import { notFound, Refusal } from '../refusal.ts'

const rowsAtOnce = 20_000

/** Sends a store as CSV, a page at a time and no faster than it is taken. */
export function csvHandler(reader: StoreReader, now: () => number): RequestHandler {
  return async (request, response) => {
    const asked = requestOf(request, now())
    const first = await reader.csv(asked)
    if (first === undefined) throw notFound('STORE_UNKNOWN', `There is no store "${asked.store}"`)
    response.setHeader('Content-Type', 'text/csv; charset=utf-8')
    response.setHeader('Content-Disposition', `attachment; filename="${asked.store}.csv"`)
    response.setHeader('Cache-Control', 'no-store')
    try {
      await sendPages(reader, { asked, first, response })
      response.end()
    } catch (error) {
      // The heading is sent: a connection that breaks off is all that can tell of it.
      response.destroy(error instanceof Error ? error : undefined)
    }
  }
}

interface Sending {
  readonly asked: CsvRequest
  readonly first: { readonly text: string; readonly next?: CsvCursor | undefined }
  readonly response: Response
}

async function sendPages(reader: StoreReader, { asked, first, response }: Sending): Promise<void> {
  let page: Sending['first'] | undefined = first
  while (page !== undefined) {
    // oxlint-disable-next-line no-await-in-loop -- one page after the other is what is wanted
    if (!response.write(page.text)) await Promise.race([once(response, 'drain'), gone(response)])
    if (response.destroyed || page.next === undefined) return
    // oxlint-disable-next-line no-await-in-loop -- as above
    page = await reader.csv({ ...asked, cursor: page.next })
  }
}

async function gone(response: Response): Promise<void> {
  await once(response, 'close')
}

function requestOf(request: Request, nowMs: number): CsvRequest {
  const store = String(request.params['store'])
  if (!storeForm.pattern.test(store)) {
    throw new Refusal(400, { code: 'PARAMETER_WRONG', message: 'That is no name of a store.' })
  }
  const { searchParams } = new URL(request.originalUrl, 'http://localhost')
  return {
    store,
    measurement: searchParams.get('measurement') ?? undefined,
    field: searchParams.get('field') ?? undefined,
    tags: tagsOf(searchParams),
    from: timeOf(searchParams, 'from') ?? -timeMax,
    to: timeOf(searchParams, 'to') ?? Math.max(nowMs, timeMax),
    rowsMax: rowsAtOnce,
  }
}

/** `tag.device=a` asks for series with that tag alone. */
function tagsOf(query: URLSearchParams): readonly (readonly [string, string])[] {
  return [...query]
    .filter(([name]) => name.startsWith('tag.'))
    .map(([name, value]) => [name.slice('tag.'.length), value] as const)
}

/** Milliseconds since the epoch, or ISO 8601. */
function timeOf(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name)
  if (given === null || given === '') return undefined
  const time = /^-?\d+(?:\.\d+)?$/.test(given) ? Number(given) : Date.parse(given)
  if (Math.abs(time) <= timeMax) return time
  const message = `"${name}" must be milliseconds since the epoch, or ISO 8601`
  throw new Refusal(400, { code: 'PARAMETER_WRONG', message, path: name })
}
