import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { httpPoll, httpRequest } from '@millrace/nodes-http'
import { realTime, run } from '@millrace/sdk/testing'
import { makeCertificate } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 5 })

describeWith(['openssl'], 'HTTP nodes with TLS, proxies and servers that ask for patience', () => {
  let folder: string
  let key: string
  let certificate: string
  const opened: (() => unknown)[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-http-'))
    const files = await makeCertificate(folder)
    key = await readFile(files.keyFile, 'utf8')
    certificate = await readFile(files.certificateFile, 'utf8')
  })

  afterEach(async () => {
    for (const close of opened.splice(0).toReversed()) await close()
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function listen(server: Server): Promise<number> {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    opened.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  const secure = (options: object = {}) =>
    listen(
      createSecureServer({ key, cert: certificate, ...options }, (_request, response) => {
        response.end('secret')
      }),
    )

  function request(config: object) {
    const node = run(httpRequest, { retries: 0, ...config }, { time: realTime(globalThis) })
    opened.push(() => node.close())
    const sent = node.send({ payload: 1 })
    return { node, sent, settled: () => until(() => expect(sent.isSettled).toBe(true)) }
  }

  test('trusts an authority of its own, or nobody, or anybody', async () => {
    const url = `https://localhost:${await secure()}/`
    const strange = request({ url: () => url })
    await strange.settled()
    expect(strange.node.failures()[0]?.message).toContain('not signed by a known authority')
    for (const config of [{ ca: certificate }, { isVerified: false }]) {
      const { node, settled } = request({ url: () => url, ...config })
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await settled()
      expect(node.emitted('out')).toMatchObject([{ payload: 'secret' }])
    }
    const poll = run(httpPoll, { url, ca: certificate }, { time: realTime(globalThis) })
    opened.push(() => poll.close())
    await poll.start()
    await until(() => expect(poll.emitted('out')).toMatchObject([{ payload: 'secret' }]))
  })

  test('checks the name in the certificate, which may be another than the host', async () => {
    const at = await secure()
    const url = () => `https://127.0.0.2:${at}/`
    const other = createSecureServer({ key, cert: certificate }, (_request, response) => {
      response.end('secret')
    })
    await new Promise<void>((resolve) => void other.listen(at, '127.0.0.2', resolve))
    opened.push(() => {
      other.closeAllConnections()
      other.close()
    })
    const wrong = request({ url, ca: certificate })
    await wrong.settled()
    expect(wrong.node.failures()).toHaveLength(1)
    const right = request({ url, ca: certificate, serverName: 'localhost' })
    await right.settled()
    expect(right.node.emitted('out')).toMatchObject([{ payload: 'secret' }])
  })

  test('shows a certificate of its own where the server wants one', async () => {
    const at = await secure({ requestCert: true, rejectUnauthorized: true, ca: certificate })
    const common = { url: () => `https://localhost:${at}/`, ca: certificate }
    const stranger = request(common)
    await stranger.settled()
    expect(stranger.node.failures()).toHaveLength(1)
    const known = request({ ...common, clientCertificate: certificate, clientKey: key })
    await known.settled()
    expect(known.node.emitted('out')).toMatchObject([{ payload: 'secret' }])
  })

  test('goes through a proxy, with a name and password, for http and https', async () => {
    const seen: string[] = []
    const plainAt = await listen(createServer((_request, response) => response.end('plain')))
    const secureAt = await secure()
    const credentials = `Basic ${btoa('u:p')}`
    const isKnown = ({ headers }: IncomingMessage) => headers['proxy-authorization'] === credentials
    const proxy = createServer((incoming: IncomingMessage, response: ServerResponse) => {
      seen.push(`${incoming.method} ${incoming.url}`)
      if (!isKnown(incoming)) return void response.writeHead(407).end()
      void fetch(incoming.url ?? '').then(async (answer) => response.end(await answer.text()))
    })
    proxy.on('connect', (incoming, socket: Socket) => {
      seen.push(`CONNECT ${incoming.url}`)
      const upstream = connect({ port: secureAt, host: '127.0.0.1' }, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.pipe(socket).pipe(upstream)
      })
      for (const each of [socket, upstream]) each.on('error', () => undefined)
      opened.push(() => upstream.destroy())
    })
    const through = { isProxied: true, proxyUrl: `http://127.0.0.1:${await listen(proxy)}` }
    const way = { ...through, proxyUsername: 'u', proxyPassword: 'p' }
    const plain = request({ url: () => `http://127.0.0.1:${plainAt}/a`, ...way })
    await plain.settled()
    expect(plain.node.emitted('out')).toMatchObject([{ payload: 'plain' }])
    const stranger = request({ url: () => `http://127.0.0.1:${plainAt}/b`, ...through })
    await stranger.settled()
    expect(stranger.node.failures()[0]?.message).toContain('407')
    const tunnel = request({ url: () => `https://localhost:${secureAt}/`, ca: certificate, ...way })
    await tunnel.settled()
    expect(tunnel.node.emitted('out')).toMatchObject([{ payload: 'secret' }])
    expect(seen).toEqual([
      `GET http://127.0.0.1:${plainAt}/a`,
      `GET http://127.0.0.1:${plainAt}/b`,
      `CONNECT localhost:${secureAt}`,
    ])
  })

  test('a flood is held back by a slow server, and 413 and 429 leave with a code', async () => {
    let open = 0
    let most = 0
    const at = await listen(
      createServer((incoming, response) => {
        open += 1
        most = Math.max(most, open)
        incoming.resume()
        incoming.on('end', () => {
          setImmediate(() => {
            open -= 1
            const status = Number(incoming.url?.slice(1))
            response.writeHead(status).end()
          })
        })
      }),
    )
    const node = run(
      httpRequest,
      {
        url: ({ topic }: { topic?: string }) => `http://127.0.0.1:${at}/${topic}`,
        method: 'PUT',
        retries: 0,
        concurrency: 4,
      },
      { time: realTime(globalThis) },
    )
    opened.push(() => node.close())
    const body = 'x'.repeat(1_000_000)
    const topics = ['413', '429', ...Array.from({ length: 48 }, () => '200')]
    const sent = node.sendAll(topics.map((topic) => ({ topic, payload: body })))
    expect(node.isPressing).toBe(true)
    await until(() => expect(sent.isSettled).toBe(true))
    expect([most <= 4, node.isPressing, node.emitted('out').length]).toEqual([true, false, 48])
    expect(node.failures().map(({ code }) => code)).toEqual(['HTTP_TOO_LARGE', 'HTTP_RATE_LIMITED'])
  })
})
