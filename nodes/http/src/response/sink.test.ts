import { checkNodeType, run } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { httpResponse } from './sink.ts'

const ok = () => 200
const status = { status: ok }

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(httpResponse, status)).toEqual([])
})

test.each([
  ['text', 'hello', 'hello', 'text/plain; charset=utf-8'],
  ['an object', { n: 1 }, '{"n":1}', 'application/json'],
  ['a number', 5, '5', 'application/json'],
  ['bytes', Uint8Array.of(1), Uint8Array.of(1), 'application/octet-stream'],
])('answers with %s', (_what, payload, body, type) => {
  const node = run(httpResponse, status)
  node.send({ payload, request: { id: 'a' } })
  expect(node.http.responseTo('a')).toEqual({
    status: 200,
    headers: { 'content-type': type },
    body,
  })
})

test('answers nothing with no body and no content type', () => {
  const node = run(httpResponse, { status: () => 204 })
  node.send({ payload: null, request: { id: 'a' } })
  expect(node.http.responseTo('a')).toEqual({ status: 204, headers: {}, body: '' })
})

test('takes status, body, content type and headers from the message', () => {
  const node = run(httpResponse, {
    status: (message: { code: number }) => message.code,
    body: (message: { payload: { text: string } }) => message.payload.text,
    contentType: 'text/csv',
    headers: [{ name: 'X-Site', value: (message: { topic: string }) => message.topic }],
  })
  node.send({ payload: { text: '1,2' }, code: 418, topic: 'a', request: { id: 'a' } })
  expect(node.http.responseTo('a')).toEqual({
    status: 418,
    headers: { 'content-type': 'text/csv', 'x-site': 'a' },
    body: '1,2',
  })
})

test.each([
  ['has no request', {}, 'HTTP_NO_REQUEST'],
  ['was answered before', { request: { id: 'a' } }, 'HTTP_ANSWERED'],
])('fails a message that %s', (_what, message, code) => {
  const node = run(httpResponse, status)
  node.http.respond('a', { status: 200 })
  node.send(message)
  expect(node.failures()).toMatchObject([{ code }])
})

test('fails a status that is none, and a header that would end too early', () => {
  const bad = run(httpResponse, { status: () => 99 })
  bad.send({ request: { id: 'a' } })
  expect(bad.failures()).toMatchObject([{ code: 'HTTP_BAD_STATUS' }])
  const headers = [{ name: 'x-a', value: () => 'a\r\nset-cookie: b' }]
  const split = run(httpResponse, { ...status, headers })
  split.send({ request: { id: 'a' } })
  expect(split.failures()).toMatchObject([{ code: 'HTTP_HEADER_INVALID' }])
})

test('does not start with a header that is set by HTTP itself', () => {
  const headers = [{ name: 'Content-Length', value: () => '1' }]
  expect(() => run(httpResponse, { ...status, headers })).toThrow(/set by HTTP itself/)
})

test('answers with what a Lambda function returns', () => {
  const { node, request } = lambda()
  expect(request({ statusCode: 201, headers: { 'X-A': 1 }, body: '{"a":1}' })).toMatchObject({
    status: 201,
    headers: { 'x-a': '1' },
    body: '{"a":1}',
  })
  const bytes = request({ statusCode: 200, body: 'AQI=', isBase64Encoded: true })
  expect(bytes).toMatchObject({ status: 200, body: Buffer.from([1, 2]) })
  expect(request({ n: 1 })).toMatchObject({ status: 200, body: '{"n":1}' })
  expect(request({ statusCode: 'x' })).toBe(undefined)
  expect(node.failures()).toMatchObject([{ code: 'HTTP_BAD_STATUS' }])
})

function lambda() {
  const node = run(httpResponse, { from: 'lambda' })
  let ids = 0
  const request = (payload: unknown) => {
    ids += 1
    node.send({ payload, request: { id: `r${ids}` } })
    return node.http.responseTo(`r${ids}`)
  }
  return { node, request }
}

test('answers in the format that it is told', () => {
  const node = run(httpResponse, { ...status, bodyFormat: 'csv', bodyCsvDelimiter: ';' })
  node.send({ payload: [{ a: 1, b: 2 }], request: { id: 'a' } })
  expect(node.http.responseTo('a')).toEqual({
    status: 200,
    headers: { 'content-type': 'text/csv; charset=utf-8' },
    body: 'a;b\n1;2\n',
  })
})
