import { createSocket } from 'node:dgram'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { freePorts, makeCertificate } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { fileNode, openFlowBench } from './bench/flow-bench.ts'
import type { FlowBench } from './bench/flow-bench.ts'

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 20 })

describeWith(['openssl'], 'TCP, UDP and WebSocket with other programs’ sockets', () => {
  let bench: FlowBench
  let folder: string
  const opened: (() => unknown)[] = []

  beforeAll(async () => {
    bench = await openFlowBench()
    folder = await mkdtemp(join(tmpdir(), 'millrace-net-'))
  })

  afterEach(async () => {
    for (const close of opened.splice(0).toReversed()) await close()
  })

  afterAll(async () => {
    await bench.close()
    await rm(folder, { recursive: true, force: true })
  })

  const port = async (): Promise<number> => (await freePorts(1))[0] ?? 0
  const node = (id: string, type: string, config: object) => ({ id, type, config: { ...config } })
  const feed = (path: string) => node('feed', 'http/in', { method: 'POST', path })

  /** Once something listens there. */
  async function client(at: number): Promise<Socket> {
    let socket: Socket | undefined
    await until(async () => {
      const trying = connect({ port: at, host: '127.0.0.1' })
      await new Promise((resolve, reject) => {
        trying.once('connect', resolve)
        trying.once('error', reject)
      })
      socket = trying
    })
    if (socket === undefined) throw new Error('There is no connection.')
    const made = socket
    made.on('error', () => undefined)
    opened.push(() => made.destroy())
    return made
  }

  async function post(path: string, value: unknown): Promise<number> {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(value)
    const answer = await fetch(`${bench.flowUrl}${path}`, { method: 'POST', headers, body })
    await answer.arrayBuffer()
    return answer.status
  }

  /** What is written into a connection that has just broken may be lost; once it is, that is known. */
  const noticed = (path: string): Promise<number> => post(path, { n: 0 })

  test('TCP in: a megabyte, empty, binary and malformed messages, and a death of the engine', async () => {
    const at = await port()
    const config = { mode: 'listen', port: at, format: 'json', messageBytesMax: 2_000_000 }
    await bench.deploy('tcp-in', [
      [node('in', 'net/tcp-in', config), fileNode('kept', 'tcp.jsonl')],
    ])
    const long = { pad: 'x'.repeat(1_000_000) }
    const one = await client(at)
    one.write(`${JSON.stringify(long)}\n\n\xff\xfe\n{"n":\n{"n":1}\n`)
    await until(async () => expect(await bench.lines('tcp.jsonl')).toEqual([long, { n: 1 }]))
    await bench.killEngine('tcp-in')
    const other = await client(at)
    other.write('{"n":2}\r\n')
    await until(async () =>
      expect(await bench.lines('tcp.jsonl')).toEqual([long, { n: 1 }, { n: 2 }]),
    )
    await bench.product.api.ask('POST', '/flows/tcp-in/stop')
    await until(() => expect(other.destroyed || other.readableEnded).toBe(true))
  })

  test('TCP in with TLS takes clients of its authority only', async () => {
    const at = await port()
    const { keyFile, certificateFile } = await makeCertificate(folder)
    const [key, certificate] = [
      await readFile(keyFile, 'utf8'),
      await readFile(certificateFile, 'utf8'),
    ]
    const config = { mode: 'listen', port: at, isTls: true, ca: certificate }
    await bench.deploy(
      'tcp-tls',
      [[node('in', 'net/tcp-in', config), fileNode('kept', 'tls.jsonl')]],
      {
        'in.clientCertificate': certificate,
        'in.clientKey': key,
      },
    )
    await client(at)
    const secure = (own: object) => {
      const socket = connectTls({ port: at, host: 'localhost', ca: certificate, ...own })
      socket.on('error', () => undefined)
      opened.push(() => socket.destroy())
      return socket
    }
    secure({}).write('stranger\n')
    secure({ cert: certificate, key }).write('known\n')
    await until(async () => expect(await bench.lines('tls.jsonl')).toEqual(['known']))
  })

  test('TCP out: waits for its server, comes back to it, and stays small before a slow one', async () => {
    const at = await port()
    const config = { mode: 'connect', port: at, format: 'json', bufferBytesMax: 4_194_304 }
    await bench.deploy('tcp-out', [[feed('/tcp-out'), node('out', 'net/tcp-out', config)]])
    expect(await post('/tcp-out', { n: 1 })).toBe(202)
    const got: Buffer[] = []
    const sockets: Socket[] = []
    let isSlow = false
    const start = async () => {
      const server = createServer((socket) => {
        sockets.push(socket)
        socket.on('error', () => undefined)
        socket.on('data', (chunk) => got.push(chunk))
        if (isSlow) socket.pause()
      })
      await new Promise<void>((resolve) => void server.listen(at, '127.0.0.1', resolve))
      const stop = (): Promise<void> => {
        for (const socket of sockets.splice(0)) socket.destroy()
        return new Promise((resolve) => server.close(() => resolve()))
      }
      opened.push(stop)
      return stop
    }
    const lines = () => Buffer.concat(got).toString().split('\n').slice(0, -1)
    const stop = await start()
    await until(() => expect(lines()).toEqual(['{"n":1}']))
    await stop()
    await noticed('/tcp-out')
    expect(await post('/tcp-out', { n: 2 })).toBe(202)
    isSlow = true
    await start()
    await until(() => expect(sockets).toHaveLength(1))
    const before = await bench.engineMb()
    const statuses = new Map<number, number>()
    const pad = 'x'.repeat(100_000)
    for (let n = 3; n < 603; n += 1) {
      // oxlint-disable-next-line no-await-in-loop -- as a sender would
      const status = await post('/tcp-out', { n, pad })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    // 60 MB came; the sender was told to wait for what does not fit.
    expect(statuses.get(503)).toBeGreaterThan(0)
    expect((await bench.engineMb()) - before).toBeLessThan(150)
    for (const socket of sockets) socket.resume()
    const all = () => lines().map((line) => (JSON.parse(line) as { n: number }).n)
    const numbers = () => all().filter((n) => n > 0)
    await until(() => expect(numbers().length).toBeGreaterThanOrEqual(2 + (statuses.get(202) ?? 0)))
    expect(numbers().slice(0, 2)).toEqual([1, 2])
  })

  test('UDP in and out, one behind the other', async () => {
    const [first, second] = [await port(), await port()]
    await bench.deploy('udp', [
      [
        node('in', 'net/udp-in', { port: first, format: 'json' }),
        node('out', 'net/udp-out', { port: second, format: 'json' }),
      ],
    ])
    const got: string[] = []
    const socket = createSocket('udp4', (bytes) => got.push(bytes.toString()))
    opened.push(() => socket.close())
    await new Promise<void>((resolve) => void socket.bind(second, '127.0.0.1', () => resolve()))
    await until(() => {
      socket.send('{"n":1}', first, '127.0.0.1')
      expect(got[0]).toBe('{"n":1}')
    })
    socket.send('{"n":', first, '127.0.0.1')
    socket.send('', first, '127.0.0.1')
    socket.send('[2]', first, '127.0.0.1')
    await until(() => expect(got.at(-1)).toBe('[2]'))
    expect(new Set(got)).toEqual(new Set(['{"n":1}', '[2]']))
  })

  async function browserSocket(path: string) {
    const url = `${bench.flowUrl.replace('http', 'ws')}${path}`
    const socket = new WebSocket(url)
    const got: unknown[] = []
    let closeCode = 0
    socket.addEventListener('message', ({ data }) => got.push(data))
    socket.addEventListener('close', ({ code }) => (closeCode = code))
    opened.push(() => socket.close())
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', reject)
    })
    return { socket, got, closeCode: () => closeCode }
  }

  test('WebSockets on the port of the flows, as browsers speak them', async () => {
    const serve = (path: string) => ({ mode: 'serve', path, messageBytesMax: 2_000_000 })
    await bench.deploy('ws', [
      [node('in', 'net/websocket-in', serve('/ws-in')), fileNode('kept', 'ws.jsonl')],
      [feed('/ws-feed'), node('out', 'net/websocket-out', { mode: 'serve', path: '/ws-out' })],
    ])
    const sender = await browserSocket('/ws-in')
    const long = { pad: 'ü'.repeat(400_000) }
    for (const text of ['{"n":1}', '{', '', JSON.stringify(long)]) sender.socket.send(text)
    sender.socket.send(new TextEncoder().encode('{"n":2}'))
    await until(async () => {
      expect(await bench.lines('ws.jsonl')).toEqual([{ n: 1 }, long, { n: 2 }])
    })
    const listeners = [await browserSocket('/ws-out'), await browserSocket('/ws-out')]
    await post('/ws-feed', { n: 3 })
    await post('/ws-feed', long)
    for (const { got } of listeners) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await until(() => expect(got).toEqual(['{"n":3}', JSON.stringify(long)]))
    }
    await expect(browserSocket('/ws-feed')).rejects.toBeDefined()
    await bench.product.api.ask('POST', '/flows/ws/stop')
    await until(() => expect(listeners.map(({ closeCode }) => closeCode())).not.toContain(0))
  })

  test('each WebSocket client gets the answers to its own messages', async () => {
    await bench.deploy('echo', [
      [
        node('in', 'net/websocket-in', { mode: 'serve', path: '/echo' }),
        node('out', 'net/websocket-out', { mode: 'reply', body: '{ twice: payload.n * 2 }' }),
      ],
    ])
    const clients = [await browserSocket('/echo'), await browserSocket('/echo')]
    for (const [at, { socket }] of clients.entries()) {
      for (let n = 0; n < 50; n += 1) socket.send(JSON.stringify({ n: at * 1000 + n }))
    }
    for (const [at, { got }] of clients.entries()) {
      const wanted = Array.from({ length: 50 }, (_, n) => `{"twice":${(at * 1000 + n) * 2}}`)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await until(() => expect(got).toEqual(wanted))
    }
  })

  test('a WebSocket client that does not read costs no memory, and the others nothing', async () => {
    const out = { mode: 'serve', path: '/slow-out', bufferBytesMax: 1_048_576 }
    await bench.deploy('slow', [[feed('/slow-feed'), node('out', 'net/websocket-out', out)]])
    const slow = await client(Number(new URL(bench.flowUrl).port))
    const lines = ['GET /slow-out HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket']
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
    slow.write(`${[...lines, key, 'Sec-WebSocket-Version: 13'].join('\r\n')}\r\n\r\n`)
    await new Promise((resolve) => void slow.once('data', resolve))
    slow.pause()
    const quick = await browserSocket('/slow-out')
    const before = await bench.engineMb()
    const pad = 'x'.repeat(200_000)
    for (let n = 0; n < 300; n += 1) {
      // oxlint-disable-next-line no-await-in-loop -- as a sender would
      expect(await post('/slow-feed', { n, pad })).toBe(202)
    }
    await until(() => expect(quick.got).toHaveLength(300))
    expect((await bench.engineMb()) - before).toBeLessThan(150)
    slow.resume()
    await until(() => expect(slow.destroyed || slow.readableEnded).toBe(true))
  })

  test('WebSocket in and out as clients of a server of another kind', async () => {
    const at = await port()
    const got: string[] = []
    const start = async () => {
      const server = new WebSocketServer({ host: '127.0.0.1', port: at })
      await new Promise((resolve) => void server.once('listening', resolve))
      server.on('connection', (socket) => {
        socket.on('message', (data: Buffer) => {
          got.push(data.toString())
          for (const other of server.clients) other.send(data.toString())
        })
      })
      const stop = (): Promise<void> => {
        for (const socket of server.clients) socket.terminate()
        return new Promise((resolve) => server.close(() => resolve()))
      }
      opened.push(stop)
      return stop
    }
    const url = `ws://127.0.0.1:${at}/`
    await bench.deploy('ws-client', [
      [feed('/wsc-feed'), node('out', 'net/websocket-out', { url })],
      [node('in', 'net/websocket-in', { url }), fileNode('kept', 'wsc.jsonl')],
    ])
    expect(await post('/wsc-feed', { n: 1 })).toBe(202)
    const stop = await start()
    await until(() => expect(got).toEqual(['{"n":1}']))
    await stop()
    await noticed('/wsc-feed')
    await post('/wsc-feed', { n: 2 })
    await start()
    await until(() => {
      expect(got.filter((text) => text !== '{"n":0}')).toEqual(['{"n":1}', '{"n":2}'])
    })
    await until(async () => {
      await post('/wsc-feed', { n: 3 })
      expect(await bench.lines('wsc.jsonl')).toContainEqual({ n: 3 })
    })
  })
})
