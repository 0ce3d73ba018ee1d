import { execFile } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { programOf } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { fileNode, openFlowBench } from './bench/flow-bench.ts'
import type { FlowBench } from './bench/flow-bench.ts'

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 20 })
const run = promisify(execFile)

describeWith(['curl', 'wrk'], 'Webhooks with curl and wrk', () => {
  let bench: FlowBench
  let folder: string

  beforeAll(async () => {
    bench = await openFlowBench()
    folder = await mkdtemp(join(tmpdir(), 'millrace-webhook-'))
  })

  afterAll(async () => {
    await bench.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** Status and body. */
  async function curl(path: string, ...args: string[]): Promise<[number, string]> {
    const form = ['-sS', '-w', '\n%{http_code}', ...args, `${bench.flowUrl}${path}`]
    const { stdout } = await run(programOf('curl'), form)
    const at = stdout.lastIndexOf('\n')
    return [Number(stdout.slice(at + 1)), stdout.slice(0, at)]
  }

  async function file(bytes: string | Uint8Array): Promise<string> {
    const path = join(folder, randomBytes(6).toString('hex'))
    await writeFile(path, bytes)
    return `@${path}`
  }

  const hook = (path: string, config: object = {}) => ({
    id: 'hook',
    type: 'http/in',
    config: { method: 'POST', path, ...config },
  })
  const json = ['-H', 'content-type: application/json']

  test('a signed body is taken whatever is in it; others get 401 and leave no trace', async () => {
    const signed = { auth: 'signature', signedBy: 'github', body: 'binary' }
    await bench.deploy('signed', [[hook('/signed', signed)]], { 'hook.signatureSecret': 'secret' })
    await bench.deploy(
      'plain',
      [[hook('/json', { auth: 'signature', signedBy: 'github' }), fileNode('kept', 'kept.jsonl')]],
      { 'hook.signatureSecret': 'secret' },
    )
    const sign = (body: string | Uint8Array) => {
      const signature = createHmac('sha256', 'secret').update(body).digest('hex')
      return ['-H', `X-Hub-Signature-256: sha256=${signature}`]
    }
    for (const body of [randomBytes(1_000_000), Buffer.from([0xff, 0, 0xfe]), '{']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const [status] = await curl('/signed', ...sign(body), '--data-binary', await file(body))
      expect(status).toBe(202)
    }
    expect(await curl('/json', ...sign('{"n":1}'), ...json, '-d', '{"n":1}')).toEqual([202, ''])
    const [status, why] = await curl('/json', ...sign('{"n":1}'), ...json, '-d', '{"n":2}')
    expect([status, JSON.parse(why)]).toMatchObject([401, { code: 'HTTP_UNAUTHORIZED' }])
    expect((await curl('/json', ...json, '-d', '{"n":3}'))[0]).toBe(401)
    const [bad, where] = await curl('/json', ...sign('{"n":'), ...json, '-d', '{"n":')
    expect([bad, JSON.parse(where)]).toMatchObject([400, { line: 1, column: 6 }])
    await until(async () => expect(await bench.lines('kept.jsonl')).toEqual([{ n: 1 }]))
  })

  test('bodies of a megabyte, empty, compressed, and of too many bytes', async () => {
    const config = { bodyBytesMax: 1_100_000 }
    await bench.deploy('sizes', [[hook('/sizes', config), fileNode('sizes', 'sizes.jsonl')]])
    const long = JSON.stringify({ pad: 'x'.repeat(1_000_000) })
    const post = async (...args: string[]) => (await curl('/sizes', ...args))[0]
    expect(await post(...json, '--data-binary', await file(long))).toBe(202)
    expect(await post('-X', 'POST')).toBe(202)
    const gzip = ['-H', 'content-encoding: gzip']
    expect(await post(...json, ...gzip, '--data-binary', await file(gzipSync('{"n":1}')))).toBe(202)
    const tooLong = await file(randomBytes(1_200_000))
    expect(await post('-H', 'expect:', '--data-binary', tooLong)).toBe(413)
    const bomb = await file(gzipSync(Buffer.alloc(10_000_000, 0x39)))
    expect(await post(...json, ...gzip, '--data-binary', bomb)).toBe(413)
    await until(async () => {
      expect(await bench.lines('sizes.jsonl')).toEqual([JSON.parse(long), {}, { n: 1 }])
    })
  })

  test('a batch of ten thousand is taken whole, or not at all', async () => {
    const config = { isBatch: true }
    await bench.deploy('batch', [[hook('/batch', config), fileNode('batch', 'batch.jsonl')]])
    const numbers = Array.from({ length: 10_000 }, (_, n) => n)
    const lines = ['-H', 'content-type: application/x-ndjson']
    const broken = await file(`${numbers.join('\n')}\n{`)
    expect((await curl('/batch', ...lines, '--data-binary', broken))[0]).toBe(400)
    const array = await file(JSON.stringify(numbers))
    expect((await curl('/batch', ...json, '--data-binary', array))[0]).toBe(202)
    await until(async () => expect(await bench.lines('batch.jsonl')).toEqual(numbers))
  })

  test('a repeated request makes one message, also when the engine is killed between', async () => {
    const config = { isIdempotent: true }
    await bench.deploy('keyed', [[hook('/keyed', config), fileNode('keyed', 'keyed.jsonl')]])
    const send = (n: number) =>
      curl('/keyed', ...json, '-H', `Idempotency-Key: k${n}`, '-d', JSON.stringify({ n }))
    for (let n = 0; n < 20; n += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await send(n)).toEqual([202, ''])
    }
    await bench.killEngine('keyed')
    for (let n = 0; n < 21; n += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await until(async () => expect(await send(n)).toEqual([202, '']))
    }
    expect((await curl('/keyed', ...json, '-H', 'Idempotency-Key: k1', '-d', '{}'))[0]).toBe(422)
    const wanted = Array.from({ length: 21 }, (_, n) => ({ n }))
    await until(async () => expect(await bench.lines('keyed.jsonl')).toEqual(wanted))
  })

  test('CloudEvents as curl sends them, and an answer by a Lambda function', async () => {
    const events = { shape: 'cloudEvents' }
    await bench.deploy('events', [[hook('/events', events), fileNode('events', 'events.jsonl')]])
    const event = { specversion: '1.0', id: 'a', source: '/s', type: 't', data: { n: 1 } }
    const structured = ['-H', 'content-type: application/cloudevents+json']
    expect((await curl('/events', ...structured, '-d', JSON.stringify(event)))[0]).toBe(202)
    const attributes = ['id: b', 'source: /s', 'type: t', 'specversion: 1.0']
    const headers = attributes.flatMap((each) => ['-H', `ce-${each}`])
    expect((await curl('/events', ...json, ...headers, '-d', '{"n":2}'))[0]).toBe(202)
    expect((await curl('/events', ...json, '-d', '{}'))[0]).toBe(400)
    await until(async () => expect(await bench.lines('events.jsonl')).toEqual([{ n: 1 }, { n: 2 }]))
    const code =
      'const { n } = JSON.parse(msg.payload.body); msg.payload = { statusCode: 201, headers: { "X-N": n }, body: JSON.stringify({ path: msg.payload.rawPath }) }; return msg'
    await bench.deploy('lambda', [
      [
        hook('/lambda', { shape: 'lambda', answer: 'response' }),
        { id: 'handler', type: 'core/function', config: { code } },
        { id: 'answer', type: 'http/response', config: { from: 'lambda' } },
      ],
    ])
    const [status, body] = await curl('/lambda', '-D', '-', '-d', '{"n":7}')
    expect(status).toBe(201)
    expect(body).toMatch(/x-n: 7/i)
    expect(body).toContain('{"path":"/lambda"}')
  })

  test('under fifty connections at once every request is answered, and each makes a message', async () => {
    const config = { auth: 'bearer' }
    await bench.deploy('load', [[hook('/load', config), fileNode('load', 'load.jsonl')]], {
      'hook.token': 't',
    })
    const script = join(folder, 'post.lua')
    await writeFile(
      script,
      `wrk.method = "POST"\nwrk.body = '{"n":1}'\nwrk.headers["Content-Type"] = "application/json"\nwrk.headers["Authorization"] = "Bearer t"\n`,
    )
    const args = ['-t1', '-c50', '-d2s', '-s', script, `${bench.flowUrl}/load`]
    const { stdout } = await run(programOf('wrk'), args)
    const requests = Number(/(\d+) requests in/.exec(stdout)?.[1] ?? 0)
    expect(requests).toBeGreaterThan(1000)
    expect(stdout).not.toContain('Non-2xx')
    await until(async () => {
      expect((await bench.lines('load.jsonl')).length).toBeGreaterThanOrEqual(requests)
    })
  }, 60_000)
})
