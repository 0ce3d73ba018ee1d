import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { checkNodeType, realTime, run, testIntake } from '@millrace/sdk/testing'
import type { RunOptions } from '@millrace/sdk/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { httpPoll } from './source.ts'

const opened: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

interface Served {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** Answers with these, one after the other, and the last one ever after. */
async function serve(...answers: readonly Served[]) {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)] ?? {}
    seen.push(request.headers)
    response.writeHead(answer.status ?? 200, answer.headers)
    response.end(answer.body)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}/x`, seen }
}

async function polling(config: object, options: RunOptions = {}) {
  const node = run(
    httpPoll,
    { everyMs: 100, ...config },
    { time: realTime(globalThis), ...options },
  )
  opened.push(() => node.close())
  await node.start()
  return node
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 2 })
const json = { 'content-type': 'application/json' }

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(httpPoll, { url: 'http://127.0.0.1:9' })).toEqual([])
})

test('asks with what it was told last, and passes on only what has changed', async () => {
  const { url, seen } = await serve(
    { headers: { ...json, etag: '"1"', 'last-modified': 'Mon' }, body: '{"n":1}' },
    { status: 304 },
    { headers: { ...json, etag: '"2"' }, body: '{"n":1}' },
    { headers: json, body: '{"n":2}' },
  )
  const node = await polling({ url, headers: [{ name: 'X-A', value: 'a' }] })
  await until(() => expect(node.emitted('out')).toHaveLength(2))
  expect(node.emitted('out')).toMatchObject([
    { payload: { n: 1 }, response: { status: 200, url } },
    { payload: { n: 2 } },
  ])
  expect(seen.slice(0, 3)).toMatchObject([
    { 'x-a': 'a' },
    { 'if-none-match': '"1"', 'if-modified-since': 'Mon' },
    { 'if-none-match': '"1"' },
  ])
})

test('passes on every answer when told to', async () => {
  const { url } = await serve({ body: 'same' })
  const node = await polling({ url, isChangedOnly: false, response: 'text' })
  await until(() => expect(node.emitted('out').length).toBeGreaterThan(1))
})

test('knows after a crash what it saw, and makes the messages of the log again', async () => {
  const { url, seen } = await serve(
    { headers: { ...json, etag: '"1"' }, body: '1' },
    { status: 304 },
  )
  const intake = testIntake()
  const first = await polling({ url }, { intake })
  await until(() => expect(first.emitted('out')).toHaveLength(1))
  const snapshot = first.snapshot()
  await first.stop()
  const log = testIntake(intake.records)
  const second = await polling({ url, everyMs: 60_000 }, { intake: log, snapshot })
  log.replay(0)
  expect(second.emitted('out')).toEqual(first.emitted('out'))
  await until(() => expect(second.statuses().at(-1)).toEqual({ state: 'ok', text: 'Unchanged' }))
  expect(seen.at(-1)).toMatchObject({ 'if-none-match': '"1"' })
})

test('shows failures, tries again soon and goes on', async () => {
  const { url } = await serve(
    { status: 500 },
    { headers: json, body: '{' },
    { headers: json, body: '1' },
  )
  const node = await polling({ url, everyMs: 60_000 })
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  expect(node.statuses().at(-1)?.text).toContain('500')
  await until(() => expect(node.failures()).toMatchObject([{ code: 'HTTP_BODY_NOT_JSON' }]))
  node.action('poll')
  await until(() => expect(node.emitted('out')).toMatchObject([{ payload: 1 }]))
})

test('asks nobody while the flow cannot keep up', async () => {
  const { url, seen } = await serve({ body: '1' })
  const node = await polling({ url })
  await until(() => expect(seen).toHaveLength(1))
  node.pause()
  await until(() => expect(node.openTimers).toBe(0))
  const asked = seen.length
  node.action('poll')
  expect(seen).toHaveLength(asked)
  node.resume()
  await until(() => expect(seen.length).toBeGreaterThan(asked))
})

test('asks another address as if for the first time', async () => {
  const { url, seen } = await serve({ headers: { ...json, etag: '"1"' }, body: '1' })
  const first = await polling({ url, everyMs: 60_000 })
  await until(() => expect(first.emitted('out')).toHaveLength(1))
  const other = `${url}?other`
  const second = await polling({ url: other, everyMs: 60_000 }, { snapshot: first.snapshot() })
  await until(() => expect(second.emitted('out')).toHaveLength(1))
  expect(seen.at(-1)?.['if-none-match']).toBe(undefined)
  expect(second.snapshot()['seen']?.map(([key]) => key)).toEqual([other])
})
