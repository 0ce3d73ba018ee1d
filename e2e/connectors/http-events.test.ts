import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { freePorts, programOf } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { fileNode, openFlowBench } from './bench/flow-bench.ts'
import type { FlowBench } from './bench/flow-bench.ts'

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 20 })

describeWith(['curl'], 'Server-sent events and polling with curl and our own server', () => {
  let bench: FlowBench
  const opened: (() => unknown)[] = []

  beforeAll(async () => {
    bench = await openFlowBench()
  })

  afterEach(async () => {
    for (const close of opened.splice(0).toReversed()) await close()
  })

  afterAll(() => bench.close())

  const node = (id: string, type: string, config: object) => ({ id, type, config: { ...config } })
  const feed = (path: string) => node('feed', 'http/in', { method: 'POST', path })

  async function post(path: string, value: unknown): Promise<number> {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(value)
    const answer = await fetch(`${bench.flowUrl}${path}`, { method: 'POST', headers, body })
    await answer.arrayBuffer()
    return answer.status
  }

  function curl(path: string, ...args: string[]): { text(): string; child: ChildProcess } {
    const child = spawn(programOf('curl'), ['-sSN', ...args, `${bench.flowUrl}${path}`])
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    opened.push(() => child.kill())
    return { text: () => text, child }
  }

  const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))

  async function serve(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    at: number,
  ): Promise<() => Promise<void>> {
    const server = createServer(answer)
    await new Promise<void>((resolve) => void server.listen(at, '127.0.0.1', resolve))
    const stop = (): Promise<void> => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    }
    opened.push(stop)
    return stop
  }

  test('curl hears every event, and who comes back hears what it missed', async () => {
    await bench.deploy('out', [[feed('/feed'), node('out', 'http/events-out', { path: '/live' })]])
    const early = curl('/live')
    await until(() => expect(early.text()).toContain('retry: 2000'))
    for (const n of [1, 2, 3]) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      await post('/feed', { n })
    }
    await until(() => expect(early.text()).toContain('id: 3\ndata: {"n":3}\n\n'))
    early.child.kill()
    const late = curl('/live', '-H', 'Last-Event-ID: 1')
    await until(() => expect(idsIn(late.text())).toEqual([2, 3]))
    await bench.killEngine('out')
    await until(() => expect(late.child.exitCode).not.toBe(null))
    const after = curl('/live')
    await until(() => expect(after.text()).toContain('retry'))
    await post('/feed', { n: 4 })
    await until(() => expect(after.text()).toContain('data: {"n":4}'))
    const [id = 0] = idsIn(after.text())
    // Ids are never given to another event; after a crash the last ones may be given again.
    expect(id).toBeGreaterThan(1)
  })

  test('a client that does not read costs no memory, and the others nothing', async () => {
    const out = { path: '/slow', bufferBytesMax: 1_048_576, kept: 10 }
    await bench.deploy('slow', [[feed('/slow-feed'), node('out', 'http/events-out', out)]])
    const slow = connect(Number(new URL(bench.flowUrl).port), '127.0.0.1')
    opened.push(() => slow.destroy())
    slow.on('error', () => undefined)
    await until(async () => {
      slow.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
      await new Promise((resolve) => void slow.once('data', resolve))
    })
    slow.pause()
    const quick = curl('/slow')
    await until(() => expect(quick.text()).toContain('retry'))
    const before = await bench.engineMb()
    const pad = 'x'.repeat(200_000)
    for (let n = 0; n < 300; n += 1) {
      // oxlint-disable-next-line no-await-in-loop -- as a sender would
      expect(await post('/slow-feed', { n, pad })).toBe(202)
    }
    await until(() => expect(idsIn(quick.text())).toHaveLength(300))
    expect((await bench.engineMb()) - before).toBeLessThan(150)
    slow.resume()
    await until(() => expect(slow.destroyed || slow.readableEnded).toBe(true))
  })

  test('no numbered event is lost or comes twice, whoever dies', async () => {
    const [at = 0] = await freePorts(1)
    const events: string[] = []
    const listeners = new Set<ServerResponse>()
    const emit = (from: number, to: number): void => {
      for (let n = from; n < to; n += 1) {
        const text = `id: ${n}\ndata: ${n}\n\n`
        events.push(text)
        for (const listener of listeners) listener.write(text)
      }
    }
    const start = () =>
      serve((request, response) => {
        const last = Number(request.headers['last-event-id'] ?? -1)
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(`retry: 50\n\n${events.slice(last + 1).join('')}`)
        listeners.add(response)
        response.on('close', () => listeners.delete(response))
      }, at)
    await bench.deploy('in', [
      [node('in', 'http/events', { url: `http://127.0.0.1:${at}/` }), fileNode('kept', 'in.jsonl')],
    ])
    let stop = await start()
    emit(0, 200)
    const wanted = (count: number) => Array.from({ length: count }, (_, n) => n)
    const arrived = (count: number) =>
      until(async () => expect(await bench.lines('in.jsonl')).toEqual(wanted(count)))
    await arrived(200)
    await stop()
    emit(200, 400)
    stop = await start()
    await arrived(400)
    emit(400, 500)
    const dying = bench.killEngine('in')
    emit(500, 700)
    await dying
    emit(700, 800)
    await arrived(800)
  })

  test('polls, passes on what has changed, and knows after a death what it saw', async () => {
    const [at = 0] = await freePorts(1)
    let version = 1
    const asked: (string | undefined)[] = []
    await serve((request, response) => {
      asked.push(request.headers['if-none-match'])
      const etag = `"${version}"`
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else {
        response.writeHead(200, { etag, 'content-type': 'application/json' })
        response.end(JSON.stringify({ version }))
      }
    }, at)
    const config = { url: `http://127.0.0.1:${at}/`, everyMs: 100 }
    await bench.deploy('poll', [[node('in', 'http/poll', config), fileNode('kept', 'poll.jsonl')]])
    const arrived = (count: number) =>
      until(async () => {
        const lines = await bench.lines('poll.jsonl')
        expect(lines).toEqual(Array.from({ length: count }, (_, n) => ({ version: n + 1 })))
      })
    await arrived(1)
    version = 2
    await arrived(2)
    await until(() => expect(asked.filter((each) => each === '"2"').length).toBeGreaterThan(12))
    await bench.killEngine('poll')
    const askedBefore = asked.length
    await until(() => expect(asked.length).toBeGreaterThan(askedBefore + 2))
    expect(asked[askedBefore]).toBe('"2"')
    version = 3
    await arrived(3)
  })
})
