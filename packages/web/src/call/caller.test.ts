import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import { realTime } from '@millrace/sdk/testing'
import { afterEach, expect, test } from 'vitest'
import { Caller } from './caller.ts'
import type { CallerOptions } from './caller.ts'
import { retryAfterMs, retryWaitMs } from './retry-wait.ts'
import { unreachable } from './unreachable.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return new URL(`http://127.0.0.1:${port}`)
}

function caller(options: Partial<CallerOptions> = {}): Caller {
  const time = realTime(globalThis)
  const made = new Caller({
    timers: {
      after: (delayMs, run) => time.schedule(delayMs, run),
      every: (delayMs, run) => time.schedule(delayMs, run),
      soon: queueMicrotask,
    },
    timeoutMs: 5000,
    answerBytesMax: 10_000,
    ...options,
  })
  opened.push(() => made.close())
  return made
}

test('sends a body and reads the answer, unpacked', async () => {
  const seen: unknown[] = []
  const url = await serve((request, response) => {
    request.setEncoding('utf8')
    let body = ''
    request.on('data', (part: string) => (body += part))
    request.on('end', () => {
      seen.push([request.method, request.headers['content-length'], body])
      response.writeHead(201, { 'content-encoding': 'gzip', 'X-A': '1' }).end(gzipSync('done'))
    })
  })
  const answer = await caller().exchange({ method: 'PUT', url, body: 'é' })
  expect(seen).toEqual([['PUT', '2', 'é']])
  expect([answer.status, answer.headers['x-a'], answer.text()]).toEqual([201, '1', 'done'])
})

test('gives up on a server that is silent, too wordy, or gone', async () => {
  const silent = await serve(() => undefined)
  const slow = caller({ timeoutMs: 30 }).exchange({ method: 'GET', url: silent })
  await expect(slow).rejects.toMatchObject({ code: 'WEB_TIMEOUT' })
  const wordy = await serve((_request, response) => void response.end('x'.repeat(20_000)))
  const long = caller().exchange({ method: 'GET', url: wordy })
  await expect(long).rejects.toMatchObject({ code: 'WEB_ANSWER_TOO_LONG' })
  const bomb = await serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(20_000)))
  })
  const unpacked = caller().exchange({ method: 'GET', url: bomb })
  await expect(unpacked).rejects.toMatchObject({ code: 'WEB_BODY_TOO_LONG' })
  const gone = new URL('http://127.0.0.1:1')
  const error: unknown = await caller()
    .exchange({ method: 'GET', url: gone })
    .catch((reason: unknown) => reason)
  expect(unreachable(error, gone.href)).toContain('Nothing answers at 127.0.0.1:1.')
})

test('knows a server that speaks TLS from what it says', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n')
  })
  const asked = caller().exchange({ method: 'GET', url })
  await expect(asked).rejects.toMatchObject({
    code: 'WEB_NEEDS_TLS',
    message: expect.stringContaining('let Address begin with https://'),
  })
})

test('gives up what is under way when it is closed', async () => {
  const url = await serve(() => undefined)
  const one = caller()
  const under = one.exchange({ method: 'GET', url })
  one.close()
  await expect(under).rejects.toMatchObject({ code: 'WEB_CLOSED' })
})

test('waits longer with each failure, and as long as the server asks for', () => {
  expect([1, 2, 3, 99].map((failures) => retryWaitMs(failures, 1))).toEqual([
    500, 1000, 2000, 30_000,
  ])
  expect(retryWaitMs(1, 0)).toBe(250)
  expect(retryAfterMs('3', 0)).toBe(3000)
  expect(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 1000)).toBe(4000)
  expect(retryAfterMs('9999999', 0)).toBe(300_000)
  expect(retryAfterMs('soon', 0)).toBeUndefined()
  expect(retryAfterMs(undefined, 0)).toBeUndefined()
})
