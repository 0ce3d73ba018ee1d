import { request as sendRequest, type RequestOptions } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HttpRequest, HttpResponse } from '@millrace/sdk'
import { FlowPort, type RouteOwner, usualFlowPortLimits } from './flow-port.ts'
import { WorkerHttp } from './worker-http.ts'

/** The port and both ends of it, with the thread between them left out. */
function flowOn(port: FlowPort) {
  const errors: unknown[] = []
  const owner: RouteOwner = {
    send: (batch) => (batch.kind === 'requests' ? http.onRequests(batch) : http.onStreamed(batch)),
    onBadAnswer: (error) => errors.push(error),
  }
  const http = new WorkerHttp({
    take: (number, route) => port.take(owner, number, route),
    release: (number) => port.release(owner, number, { park: false }),
    send: (batch) => port.onResponses(batch),
    sendSteps: (batch) => port.onStreams(owner, batch),
    soon: (run) => setImmediate(run),
    onError: (error) => errors.push(error),
  })
  const answering = (
    path: string,
    answer: (request: HttpRequest) => HttpResponse | undefined,
    more: {
      method?: string
      openMax?: number
      bodyBytesMax?: number
      answerWithinMs?: number
    } = {},
  ) =>
    http.route({ method: 'POST', path, bodyBytesMax: 100, ...more }, (request) => {
      const response = answer(request)
      if (response !== undefined) http.respond(request.id, response)
    })
  return { owner, http, errors, answering }
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

let port: FlowPort
let url: string
let nowMs: number

beforeEach(async () => {
  nowMs = 0
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  port = new FlowPort({
    host: '127.0.0.1',
    port: 0,
    now: () => nowMs,
    limits: { ...usualFlowPortLimits, pending: 3, bodyBytes: 250 },
  })
  url = await port.listen()
})

afterEach(async () => {
  await port.close()
  vi.useRealTimers()
})

function send(path: string, body = '', options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = sendRequest(`${url}${path}`, { method: 'POST', ...options }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Settles when so many requests have reached the flow. */
function arrivals(count: number) {
  const { promise, resolve } = Promise.withResolvers<void>()
  let arrived = 0
  return { promise, count: () => (arrived += 1) === count && resolve() }
}

describe('a route', () => {
  it('hands the flow what came and sends back what it answers', async () => {
    const { answering } = flowOn(port)
    answering('/a/:id', ({ params, query, headers, method, path, body, remoteAddress }) => ({
      status: 201,
      headers: { 'X-One': '1', 'Content-Length': '7', Connection: 'close' },
      body: JSON.stringify({
        params,
        query,
        custom: headers['x-custom'],
        method,
        path,
        body: new TextDecoder().decode(body),
        remoteAddress,
      }),
    }))
    const answer = await send('/a/x%20y?b=1&b=2', 'hällo', { headers: { 'X-Custom': 'c' } })
    expect(answer.status).toBe(201)
    expect(answer.headers).toMatchObject({ 'x-one': '1', connection: 'keep-alive' })
    expect(JSON.parse(answer.body)).toEqual({
      params: { id: 'x y' },
      query: { b: ['1', '2'] },
      custom: 'c',
      method: 'POST',
      path: '/a/x%20y',
      body: 'hällo',
      remoteAddress: '127.0.0.1',
    })
  })

  it('keeps many bodies of one turn apart, binary ones too', async () => {
    const { answering } = flowOn(port)
    answering('/bytes', ({ body }) => ({ status: 200, body }))
    const texts = ['', 'a', 'bb', '', 'ccc']
    await port.close()
    port = new FlowPort({ host: '127.0.0.1', port: 0, now: () => 0, limits: usualFlowPortLimits })
    url = await port.listen()
    const wide = flowOn(port)
    flowOn(port).answering('/bytes', ({ body }) => ({ status: 200, body }))
    wide.answering('/wide', ({ body }) => ({ status: 200, body }), { bodyBytesMax: 300_000 })
    const long = 'x'.repeat(200_000)
    expect(
      await Promise.all(texts.slice(0, 3).map(async (text) => (await send('/bytes', text)).body)),
    ).toEqual(['', 'a', 'bb'])
    expect(await Promise.all([send('/wide', long), send('/bytes', 'ccc')])).toMatchObject([
      { body: long },
      { body: 'ccc' },
    ])
  })

  it('answers 404, 405 with Allow, and 413 by itself', async () => {
    const { answering } = flowOn(port)
    answering('/here', () => ({ status: 204 }))
    expect(await send('/there')).toMatchObject({ status: 404 })
    expect(await send('/here', '', { method: 'PUT' })).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
    })
    expect(await send('/here', 'x'.repeat(101))).toMatchObject({ status: 413 })
    const chunked = { headers: { 'transfer-encoding': 'chunked' } }
    expect(await send('/here', 'x'.repeat(101), chunked)).toMatchObject({ status: 413 })
    expect(await send('/here', 'x'.repeat(100), chunked)).toMatchObject({ status: 204, body: '' })
  })

  it('is free for one flow only, until that gives it back', async () => {
    const [one, other] = [flowOn(port), flowOn(port)]
    const release = one.answering('/x', () => ({ status: 200, body: 'one' }))
    expect(() => other.answering('/x', () => undefined)).toThrow(
      expect.objectContaining({ code: 'HTTP_ROUTE_TAKEN' }),
    )
    release()
    release()
    other.answering('/x', () => ({ status: 200, body: 'other' }))
    expect(await send('/x')).toMatchObject({ body: 'other' })
  })

  it('takes the first answer only, and none to what it does not know', async () => {
    const { answering, http } = flowOn(port)
    const given: boolean[] = []
    answering('/twice', ({ id }) => {
      for (const body of ['first', 'second']) given.push(http.respond(id, { status: 200, body }))
      return undefined
    })
    expect(await send('/twice')).toMatchObject({ status: 200, body: 'first' })
    expect(given).toEqual([true, false])
    expect(http.respond('17', { status: 200 })).toBe(false)
  })

  it('answers 500 for a flow that throws or answers what cannot be sent', async () => {
    const { answering, errors } = flowOn(port)
    answering('/throws', () => {
      throw new Error('no')
    })
    answering('/bad', () => ({ status: 200, headers: { 'x-a': 'a\nb' } }))
    answering('/worse', () => ({ status: 7 }))
    expect(await send('/throws')).toMatchObject({ status: 500 })
    expect(await send('/bad')).toMatchObject({ status: 500 })
    expect(await send('/worse')).toMatchObject({ status: 500 })
    expect(errors).toHaveLength(3)
  })
})

describe('back pressure', () => {
  it('answers 503 with Retry-After over the bound of the route and over that of all', async () => {
    const { answering, owner } = flowOn(port)
    const arrived = arrivals(3)
    const hang = () => void arrived.count()
    answering('/two', hang, { openMax: 2 })
    answering('/many', hang)
    const waiting = [send('/two'), send('/two'), send('/many')]
    await arrived.promise
    const busy = { status: 503, headers: { 'retry-after': '1' } }
    expect(await send('/two')).toMatchObject(busy)
    expect(await send('/many')).toMatchObject(busy)
    port.fail(owner)
    expect(await Promise.all(waiting)).toMatchObject([busy, busy, busy])
  })

  it('reads no more bodies at a time than there is room for, however slowly they come', async () => {
    const { answering, http } = flowOn(port)
    const arrived = arrivals(1)
    const ids: string[] = []
    answering('/x', ({ id }) => {
      ids.push(id)
      arrived.count()
      return undefined
    })
    answering('/y', () => ({ status: 204 }))
    const waiting = send('/x', 'x'.repeat(100))
    await arrived.promise
    const half = connect(Number(new URL(url).port), '127.0.0.1')
    half.write(`POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n${'x'.repeat(90)}`)
    await vi.waitFor(async () => {
      const answer = await send('/y', 'x'.repeat(61))
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    })
    half.destroy()
    for (const id of ids) http.respond(id, { status: 200 })
    expect(await waiting).toMatchObject({ status: 200 })
    await vi.waitFor(async () => {
      const all = await Promise.all([1, 2].map(() => send('/y', 'x'.repeat(100))))
      expect(all).toMatchObject([{ status: 204 }, { status: 204 }])
    })
  })

  it('answers 504 to what waits too long, and no sooner', async () => {
    const { answering } = flowOn(port)
    const arrived = arrivals(2)
    answering('/slow', () => void arrived.count())
    answering('/slower', () => void arrived.count(), { answerWithinMs: 60_000 })
    const [slow, slower] = [send('/slow'), send('/slower')]
    await arrived.promise
    nowMs = 30_000
    vi.advanceTimersByTime(1_000)
    expect(await slow).toMatchObject({ status: 504 })
    nowMs = 60_000
    vi.advanceTimersByTime(1_000)
    expect(await slower).toMatchObject({ status: 504 })
  })
})

describe('a flow that changes', () => {
  it('answers 503 instead of 404 while parked, and what waits is still answered', async () => {
    const { answering, owner, http } = flowOn(port)
    const arrived = arrivals(1)
    let waitingId = ''
    answering('/x', ({ id }) => {
      waitingId = id
      arrived.count()
      return undefined
    })
    const waiting = send('/x')
    await arrived.promise
    port.park(owner)
    expect(await send('/x')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    http.respond(waitingId, { status: 200, body: 'still' })
    expect(await waiting).toMatchObject({ status: 200, body: 'still' })
    answering('/x', () => ({ status: 200, body: 'anew' }))
    expect(await send('/x')).toMatchObject({ status: 200, body: 'anew' })
    port.park(owner)
    port.dropParked(owner)
    expect(await send('/x')).toMatchObject({ status: 404 })
  })

  it('fails only what is older than the change', async () => {
    const { answering, owner } = flowOn(port)
    const [first, second] = [arrivals(1), arrivals(2)]
    answering('/x', () => {
      first.count()
      second.count()
      return undefined
    })
    const old = send('/x')
    await first.promise
    nowMs = 10
    const young = send('/x')
    await second.promise
    port.failOlder(owner, 5)
    expect(await old).toMatchObject({ status: 503 })
    port.drop(owner)
    expect(await young).toMatchObject({ status: 503 })
  })
})

describe('clients', () => {
  it('that go away or talk nonsense harm nobody', async () => {
    const { answering, http } = flowOn(port)
    const arrived = arrivals(1)
    const ids: string[] = []
    answering('/x', ({ id }) => {
      ids.push(id)
      arrived.count()
      return undefined
    })
    const { port: number } = new URL(url)
    const gone = connect(Number(number), '127.0.0.1')
    gone.write('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')
    await arrived.promise
    gone.destroy()
    const half = connect(Number(number), '127.0.0.1')
    half.write('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc')
    half.destroy()
    const nonsense = connect(Number(number), '127.0.0.1')
    nonsense.write('nonsense\r\n\r\n')
    const said = await new Promise<string>((resolve) =>
      nonsense.once('data', (data) => resolve(data.toString())),
    )
    expect(said).toContain('400')
    http.respond(ids[0] ?? '', { status: 200 })
    answering('/y', () => ({ status: 200, body: 'fine' }))
    expect(await send('/y')).toMatchObject({ body: 'fine' })
  })
})
