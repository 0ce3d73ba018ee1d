import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { realTime, run } from '@millrace/sdk/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { httpRequest } from './operator.ts'

const opened: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void

async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => handler(request, response, new URL(request.url ?? '', 'http://x')))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

async function served(handler: Handler, config: object, message: object = {}) {
  const base = await serve(handler)
  return { base, ...called({ url: () => `${base}/items`, ...config }, message) }
}

function called(config: object, message: object = {}) {
  const node = run(httpRequest, config, { time: realTime(globalThis) })
  opened.push(() => node.close())
  const sent = node.send(message)
  const settled = () => vi.waitFor(() => expect(sent.isSettled).toBe(true), { interval: 2 })
  return { node, sent, settled }
}

const json = (response: ServerResponse, value: unknown) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}

test('sends keys that are kept secret, and none of them elsewhere', async () => {
  const seen: unknown[] = []
  const see = ({ headers }: IncomingMessage): void => {
    seen.push([headers['x-key'], headers['dd-api-key'], headers['x-site'], headers.accept])
  }
  const other = await serve((request, response) => {
    see(request)
    response.end()
  })
  const { settled } = await served(
    (request, response) => {
      see(request)
      response.writeHead(302, { location: other }).end()
    },
    {
      auth: 'header',
      keyHeader: 'X-Key',
      key: 'k',
      secretHeaders: 'DD-API-KEY: d',
      headers: [
        { name: 'X-Site', value: () => 'a' },
        { name: 'Accept', value: () => 'text/plain' },
      ],
    },
  )
  await settled()
  expect(seen).toEqual([
    ['k', 'd', 'a', 'text/plain'],
    [undefined, undefined, undefined, 'text/plain'],
  ])
})

test('says who asks, unless a person gives another name', async () => {
  const seen: unknown[] = []
  const see = ({ headers }: IncomingMessage, response: ServerResponse): void => {
    seen.push(headers['user-agent'])
    response.end()
  }
  await (await served(see, {})).settled()
  const headers = [{ name: 'User-Agent', value: () => 'my plant' }]
  await (await served(see, { headers })).settled()
  expect(seen).toEqual(['Millrace', 'my plant'])
})

test('follows the Link header and gives each page as a message', async () => {
  const { node, settled } = await served(
    (_request, response, url) => {
      const page = Number(url.searchParams.get('p') ?? 1)
      const links = [`</items?p=1>; rel="first"`, `<?p=${page + 1}>; rel="next"; title="a, b"`]
      if (page < 3) response.setHeader('link', links.join(', '))
      json(response, { page })
    },
    { paging: 'link' },
    { site: 'a' },
  )
  await settled()
  expect(node.emitted('out')).toMatchObject([
    { payload: { page: 1 }, site: 'a', response: { page: 1, isLastPage: false } },
    { payload: { page: 2 }, response: { page: 2 } },
    { payload: { page: 3 }, response: { page: 3, isLastPage: true } },
  ])
})

const nextOf = ({ payload }: { payload: unknown }) => (payload as { next?: string }).next

test.each([
  ['an address', '', (base: string, n: number) => `${base}/items?c=${n}`],
  ['a relative address', '', (_base: string, n: number) => `?c=${n}`],
  ['a value for a parameter', 'c', (_base: string, n: number) => String(n)],
])('follows a cursor that is %s', async (_what, cursorParameter, next) => {
  let base = ''
  const { node, settled, ...made } = await served(
    (request, response, url) => {
      const c = Number(url.searchParams.get('c') ?? 0)
      base = `http://${request.headers.host}`
      json(response, c < 2 ? { c, next: next(base, c + 1) } : { c, next: null })
    },
    { paging: 'cursor', nextCursor: nextOf, cursorParameter },
  )
  expect(made.base).not.toBe('')
  await settled()
  expect(node.emitted('out').map(({ payload }) => (payload as { c: number }).c)).toEqual([0, 1, 2])
})

test('counts pages until one is empty', async () => {
  const seen: (string | null)[] = []
  const { node, settled } = await served(
    (_request, response, url) => {
      seen.push(url.searchParams.get('page'))
      json(response, seen.length < 3 ? [1, 2] : [])
    },
    { paging: 'page', firstPage: 0 },
  )
  await settled()
  expect(seen).toEqual(['0', '1', '2'])
  expect(node.emitted('out').map(({ payload }) => payload)).toEqual([[1, 2], [1, 2], []])
})

test('stops after the most pages and says so; a page that leads to itself is an error', async () => {
  const endless = await served(
    (_request, response, url) => {
      const next = Number(url.searchParams.get('c') ?? 0) + 1
      json(response, { next: url.searchParams.get('c') === 'x' ? 'x' : String(next) })
    },
    { paging: 'cursor', nextCursor: nextOf, cursorParameter: 'c', pagesMax: 3 },
  )
  await endless.settled()
  expect(endless.node.emitted('out')).toHaveLength(3)
  expect(endless.node.statuses().at(-1)).toMatchObject({
    state: 'warning',
    text: 'Stopped after 3 pages; there are more',
  })
  const own = called({
    url: () => `${endless.base}/items?c=x`,
    paging: 'cursor',
    nextCursor: nextOf,
    cursorParameter: 'c',
  })
  await own.settled()
  expect(own.node.failures()).toMatchObject([{ code: 'HTTP_PAGING_LOOP' }])
})

test('gives no pages when one of them fails, nor more bytes than allowed together', async () => {
  const failing = await served(
    (_request, response, url) => {
      response.statusCode = url.searchParams.get('page') === '2' ? 404 : 200
      json(response, [1])
    },
    { paging: 'page' },
  )
  await failing.settled()
  expect(failing.node.emitted('out')).toEqual([])
  expect(failing.node.failures()).toMatchObject([
    { code: 'HTTP_STATUS', original: { response: { status: 404 } } },
  ])
  const long = await served((_request, response) => json(response, ['x'.repeat(600)]), {
    paging: 'page',
    responseBytesMax: 1000,
  })
  await long.settled()
  expect(long.node.failures()).toMatchObject([{ code: 'HTTP_RESPONSE_TOO_LONG' }])
})

test('sends credentials to no other origin than the first', async () => {
  const seen: unknown[] = []
  const other = await serve((request, response) => {
    seen.push(request.headers.authorization)
    json(response, [])
  })
  const { settled } = await served(
    (request, response) => {
      seen.push(request.headers.authorization)
      response.setHeader('link', `<${other}/items>; rel=next`)
      json(response, [])
    },
    { paging: 'link', auth: 'bearer', token: 't' },
  )
  await settled()
  expect(seen).toEqual(['Bearer t', undefined])
})

test('leaves a server in peace with all requests for as long as it asks', async () => {
  const times: number[] = []
  const { node, settled } = await served(
    (_request, response) => {
      times.push(performance.now())
      response.statusCode = times.length === 1 ? 429 : 200
      response.setHeader('retry-after', '1')
      response.end()
    },
    { concurrency: 1 },
  )
  await vi.waitFor(() => expect(node.statuses()).toHaveLength(1))
  expect(node.statuses()[0]).toMatchObject({ state: 'warning', text: expect.stringMatching(/1 s/) })
  await settled()
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(950)
  expect(node.statuses().at(-1)).toEqual({ state: 'ok', text: '' })
})

test.each([
  [413, 'HTTP_TOO_LARGE', 'in parts'],
  [429, 'HTTP_RATE_LIMITED', '"Rate limit"'],
])('says what to do about %i', async (status, code, hint) => {
  const { node, settled } = await served(
    (_request, response) => {
      response.statusCode = status
      response.end('no')
    },
    { retries: 0, method: 'POST' },
  )
  await settled()
  expect(node.failures()).toMatchObject([
    { code, message: expect.stringContaining(hint), original: { response: { status } } },
  ])
})

test('keeps to a rate', async () => {
  const times: number[] = []
  const base = await serve((_request, response) => {
    times.push(performance.now())
    response.end()
  })
  const config = { url: () => base, rateMax: 2, ratePeriodMs: 200 }
  const node = run(httpRequest, config, { time: realTime(globalThis) })
  opened.push(() => node.close())
  const startedAt = performance.now()
  node.sendAll([{}, {}, {}, {}, {}])
  await vi.waitFor(() => expect(times).toHaveLength(5), { timeout: 8000, interval: 2 })
  expect((times[4] ?? 0) - startedAt).toBeGreaterThan(290)
})

test('sends the same Idempotency-Key for the same message, and repeats POST by it', async () => {
  const keys: (string | undefined)[] = []
  const handler: Handler = ({ headers }, response) => {
    keys.push(headers['idempotency-key'] as string | undefined)
    response.statusCode = keys.length === 1 ? 500 : 200
    response.end()
  }
  const config = { method: 'POST', isKeyed: true, retries: 1 }
  const first = await served(handler, config, { payload: { n: 1 }, time: 5 })
  await first.settled()
  const again = called({ url: () => first.base, ...config }, { payload: { n: 1 }, time: 5 })
  await again.settled()
  const other = called({ url: () => first.base, ...config }, { payload: { n: 1 }, time: 6 })
  await other.settled()
  const own = { ...config, url: () => first.base, idempotencyKey: () => 'mine' }
  await called(own).settled()
  const [one] = keys
  expect(one).toMatch(/^[0-9a-f]{32}$/)
  expect(keys.slice(1, 3)).toEqual([one, one])
  expect(keys[3]).not.toBe(one)
  expect(keys[4]).toBe('mine')
})
