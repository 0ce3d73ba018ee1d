import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newFolder, openTestServer, removeFolder } from '../testing/test-server.ts'
import type { Reply, TestServer } from '../testing/test-server.ts'

let it: TestServer

beforeAll(async () => {
  const folder = await newFolder()
  const editorFolder = join(folder, 'editor')
  await mkdir(join(editorFolder, 'assets'), { recursive: true })
  await writeFile(join(folder, 'outside.txt'), 'secret')
  await writeFile(join(editorFolder, 'index.html'), '<!doctype html>')
  await writeFile(join(editorFolder, 'assets', 'a-1234.js'), 'const a = 1')
  await writeFile(join(editorFolder, 'assets', 'a-1234.js.br'), brotliCompressSync('const a = 1'))
  await writeFile(join(editorFolder, 'assets', 'b-1234.css'), 'a{}')
  await writeFile(join(editorFolder, '.stamp'), 'x')
  it = await openTestServer({ folder, editorFolder })
  await it.send('POST', '/api/flows', { body: { name: 'demo', title: 'Demo' } })
})

afterAll(async () => {
  await it.end()
  await removeFolder(it.folder)
})

function expectRefusal(reply: Reply, statuses: readonly number[]): void {
  expect(statuses).toContain(reply.status)
  expect(reply.body).toMatchObject({
    code: expect.stringMatching(/^[A-Z_]+$/),
    message: expect.any(String),
  })
  expect(reply.text).not.toMatch(/node_modules|\.ts:\d|at \w+ \(/)
}

describe('names in addresses', () => {
  const probes = [
    '..',
    '../../etc/passwd',
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e%2f%2e%2e%2foutside',
    '..%5c..%5coutside',
    '..\\..\\outside',
    '%2e%2e',
    '....//....//outside',
    '%252e%252e%252foutside',
    '..%00',
    'demo%00.json',
    '%c0%ae%c0%ae%c0%afoutside',
    '/etc/passwd',
    'C:%5cwindows',
    '~root',
    '__proto__',
    'con%0d%0aSet-Cookie:a=b',
    `${'a'.repeat(5_000)}`,
    '%F0%9F%98%80',
    '%zz',
  ]
  const routes = [
    ['GET', '/api/flows/PROBE'],
    ['DELETE', '/api/flows/PROBE'],
    ['POST', '/api/flows/PROBE/deploy'],
    ['POST', '/api/flows/PROBE/stop'],
    ['GET', '/api/flows/PROBE/versions'],
    ['GET', '/api/flows/demo/versions/PROBE'],
    ['POST', '/api/flows/PROBE/nodes/n/actions/a'],
    ['POST', '/api/flows/demo/nodes/PROBE/actions/a'],
    ['POST', '/api/flows/demo/nodes/n/actions/PROBE'],
    ['GET', '/api/flows/demo/nodes/PROBE/points'],
    ['DELETE', '/api/connections/PROBE'],
    ['POST', '/api/connections/PROBE/test'],
    ['GET', '/api/export?flows=PROBE'],
  ] as const

  test.for(routes)('%s %s takes no path for a name', async ([method, pattern]) => {
    for (const probe of probes) {
      const reply = await it.send(method, pattern.replace('PROBE', probe))
      expectRefusal(reply, [400, 404, 405])
      expect(reply.headers['set-cookie']).toBeUndefined()
      expect(reply.text).not.toContain('root:')
    }
  })

  test('do not lead out of the editor folder', async () => {
    for (const probe of [
      '/../outside.txt',
      '/..%2foutside.txt',
      '/assets/../../outside.txt',
      '/%2e%2e/outside.txt',
      '/.stamp',
      '//etc/passwd.txt',
    ]) {
      const reply = await it.send('GET', probe)
      expect(reply.text).not.toContain('secret')
      expect([200, 400, 404]).toContain(reply.status)
    }
  })

  test('in bodies have a form too', async () => {
    const bad = [
      '../x',
      '__proto__',
      'constructor',
      'a/b',
      '',
      'A b',
      7,
      null,
      {},
      ['demo'],
      'x'.repeat(65),
    ]
    for (const name of bad) {
      expectRefusal(await it.send('POST', '/api/flows', { body: { name, title: 'X' } }), [400])
      expectRefusal(
        await it.send('PUT', '/api/secrets', { body: { owner: name, field: 'f', value: 'v' } }),
        [400],
      )
      expectRefusal(
        await it.send('PUT', '/api/secrets', {
          body: { owner: 'connection/a', field: name, value: 'v' },
        }),
        [400],
      )
      const document = { id: name, type: 'test/broker', name: 'X', config: {} }
      expectRefusal(await it.send('PUT', '/api/connections/x', { body: document }), [400])
    }
    const flows = await it.send('GET', '/api/flows')
    expect(flows.body.flows).toHaveLength(1)
  })
})

describe('bodies', () => {
  const writes = [
    ['POST', '/api/flows'],
    ['PUT', '/api/flows/demo'],
    ['PATCH', '/api/flows/demo'],
    ['POST', '/api/flows/demo/deploy'],
    ['POST', '/api/flows/demo/stop'],
    ['POST', '/api/flows/demo/check'],
    ['POST', '/api/flows/demo/nodes/n/actions/a'],
    ['PUT', '/api/connections/b'],
    ['POST', '/api/connections/b/test'],
    ['PUT', '/api/secrets'],
    ['DELETE', '/api/secrets'],
    ['POST', '/api/alerts/acknowledge'],
    ['POST', '/api/import'],
  ] as const

  test.for(writes)('of %s %s are JSON and nothing else', async ([method, path]) => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'application/jsonp',
      'text/html, application/json',
      '',
    ]
    for (const type of types) {
      const reply = await it.send(method, path, { raw: '{}', headers: { 'Content-Type': type } })
      expectRefusal(reply, [415])
    }
  })

  test.for(writes)(
    'of %s %s are refused when broken, deep, large or poisoned',
    async ([method, path]) => {
      const malformed: readonly (readonly [string | Buffer, number])[] = [
        ['{', 400],
        ['nonsense', 400],
        ['{"a":1,}', 400],
        [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
        ['['.repeat(1_000), 400],
        [`${'['.repeat(100)}${']'.repeat(100)}`, 400],
        [`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, 400],
        ['{"__proto__":{"polluted":true}}', 400],
        ['{"constructor":{"prototype":{"polluted":true}}}', 400],
        ['{"a":{"b":[{"__proto__":1}]}}', 400],
        ['[]', 400],
        ['"text"', 400],
        ['7', 400],
        ['null', 400],
        ['{"unknown":1}', 400],
      ]
      for (const [raw, status] of malformed) {
        expectRefusal(await it.send(method, path, { raw }), [status])
      }
      expect('polluted' in {}).toBe(false)
    },
  )

  test('of more than a small route wants are cut off with 413', async () => {
    const raw = JSON.stringify({ title: 'x'.repeat(1_000_000) })
    expectRefusal(await it.send('POST', '/api/flows', { raw }), [413])
    expectRefusal(await it.send('PUT', '/api/secrets', { raw }), [413])
  })

  test('of 17 MB are cut off where documents are taken', async () => {
    const raw = JSON.stringify({ flow: { title: 'x'.repeat(17 * 1024 * 1024) } })
    expectRefusal(await it.send('PUT', '/api/flows/demo', { raw }), [413])
  })

  test('that are compressed are refused, so that none can blow up', async () => {
    const raw = gzipSync(JSON.stringify({ title: 'x' }))
    const headers = { 'Content-Encoding': 'gzip' }
    expectRefusal(await it.send('POST', '/api/flows', { raw, headers }), [415])
  })

  test('name the place that is wrong', async () => {
    const { body } = await it.send('POST', '/api/flows', { body: { title: 7 } })
    expect(body).toMatchObject({ code: 'BODY_SHAPE', path: 'title' })
    const flow = {
      millrace: 1,
      name: 'demo',
      title: 'D',
      nodes: [{ id: 'a', type: 'a/b' }],
      wires: [],
    }
    const saved = await it.send('PUT', '/api/flows/demo', { body: { flow } })
    expect(saved.body).toMatchObject({
      code: 'SHAPE_OBJECT',
      path: 'flow.nodes[0].config',
      problems: [{ node: 'a' }],
    })
  })

  test('where none is wanted are refused', async () => {
    const reply = await it.send('DELETE', '/api/flows/nope', { raw: '{"a":1}' })
    expectRefusal(reply, [413])
  })
})

describe('who asks', () => {
  test.for([
    'evil.example',
    'evil.example:1880',
    '192.168.1.5',
    '169.254.169.254',
    'localhost.evil.example',
    '0.0.0.0',
    '[::2]',
  ])('a request to the host %j is not answered', async (host) => {
    for (const path of ['/', '/api/flows', '/assets/a-1234.js']) {
      const reply = await it.send('GET', path, { headers: { Host: host } })
      expect(reply.status).toBe(421)
    }
  })

  test.for(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST'])(
    'a request to %s is answered',
    async (host) => {
      const reply = await it.send('GET', '/api/flows', { headers: { Host: `${host}:${it.port}` } })
      expect(reply.status).toBe(200)
    },
  )

  test.for([
    'http://evil.example',
    'null',
    'http://localhost:1',
    'https://127.0.0.1.evil.example',
    'file://',
    'x',
  ])('the page of %s may change nothing', async (origin) => {
    const body = { title: 'X' }
    const reply = await it.send('POST', '/api/flows', { body, headers: { Origin: origin } })
    expectRefusal(reply, [403])
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const other = await it.send(method, '/api/flows/demo', { headers: { Origin: origin } })
      expectRefusal(other, [403])
    }
  })

  test('the page of the server itself may', async () => {
    const headers = { Origin: `http://127.0.0.1:${it.port}` }
    const body = { flow: {} }
    expect((await it.send('POST', '/api/flows/demo/check', { body, headers })).status).toBe(200)
  })

  test.for(['Millrace', 'millrace', 'Millrace/1.0'])(
    'a node of a flow may neither read nor change flows: %s',
    async (agent) => {
      const headers = { 'User-Agent': agent }
      const body = { title: 'X' }
      expectRefusal(await it.send('POST', '/api/flows', { body, headers }), [403])
      expectRefusal(await it.send('GET', '/api/flows', { headers }), [403])
      const polling = '/socket.io/?EIO=4&transport=polling'
      expect((await it.send('GET', polling, { headers })).status).toBe(403)
      const query = '/prometheus/api/v1/query?query=1'
      expect((await it.send('GET', query, { headers })).status).not.toBe(403)
    },
  )

  test('another site that hides its origin may not', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site' }
    expectRefusal(await it.send('POST', '/api/flows', { body: { title: 'X' }, headers }), [403])
  })

  test('no other origin is let in by CORS', async () => {
    const headers = { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'PUT' }
    const reply = await it.send('OPTIONS', '/api/flows/demo', { headers })
    expect(reply.headers['access-control-allow-origin']).toBeUndefined()
    expect(reply.status).toBeGreaterThanOrEqual(400)
  })
})

describe('answers', () => {
  test.for([
    '/',
    '/api/flows',
    '/api/nothing',
    '/assets/a-1234.js',
    '/nothing.js',
    '/api/flows/..%2f',
  ])('to %s carry the security headers', async (path) => {
    const { headers } = await it.send('GET', path)
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy.match(/script-src [^;]*/)?.[0]).toBe("script-src 'self'")
    expect(policy).not.toContain('unsafe-eval')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['x-powered-by']).toBeUndefined()
  })

  test('to unknown routes are JSON', async () => {
    expectRefusal(await it.send('GET', '/api/nothing'), [404])
    expectRefusal(await it.send('POST', '/api/nothing', { body: {} }), [404])
    expectRefusal(await it.send('PUT', '/api/status', { body: {} }), [405])
    expectRefusal(await it.send('POST', '/', { body: {} }), [404])
  })

  test('give the page for addresses of the editor and compressed files where they are', async () => {
    const page = await it.send('GET', '/flows/demo')
    expect([page.status, page.text]).toEqual([200, '<!doctype html>'])
    expect(page.headers['cache-control']).toBe('no-cache')
    const headers = { 'Accept-Encoding': 'gzip, br' }
    const script = await it.send('GET', '/assets/a-1234.js', { headers })
    expect(script.headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    const plain = await it.send('GET', '/assets/a-1234.js')
    expect([plain.headers['content-encoding'], plain.text]).toEqual([undefined, 'const a = 1'])
    const style = await it.send('GET', '/assets/b-1234.css', { headers })
    expect(style.headers['content-encoding']).toBe('gzip')
  })

  test('leave the server up after broken HTTP', async () => {
    for (const bytes of [
      '\0\0\0',
      'GET / HTTP/1.1\r\n\r\n',
      'GARBAGE\r\n\r\n',
      `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
    ]) {
      await sendBytes(bytes)
    }
    expect((await it.send('GET', '/api/status')).status).toBe(200)
  })
})

function sendBytes(bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(it.port, '127.0.0.1', () => socket.end(bytes))
    socket.on('close', () => resolve())
    socket.on('error', () => resolve())
    socket.resume()
  })
}
