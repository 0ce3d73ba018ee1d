import type { Message } from '@millrace/sdk'
import { checkNodeType, run } from '@millrace/sdk/testing'
import { NodeError } from '@millrace/sdk'
import { expect, test } from 'vitest'
import type { InfluxServer, Question } from '../server/influx-server.ts'
import type { ServerAnswer } from '../server/read-answer.ts'
import { influxdbQuery } from './operator.ts'

type Answer = { readonly status?: number; readonly body: string } | NodeError

function bench(answers: readonly Answer[], config: object = {}, version: '1' | '2' | '3' = '1') {
  const asked: Question[] = []
  const server: InfluxServer = {
    host: 'test',
    version,
    database: 'plant',
    write: () => Promise.resolve({ kind: 'written' }),
    ask: async (question) => {
      const answer = answers[Math.min(asked.push(question), answers.length) - 1]
      if (answer === undefined || answer instanceof NodeError)
        throw answer ?? new Error('no answer')
      const { status = 200, body } = answer
      return { status, body, retryAfter: undefined, version: undefined } satisfies ServerAnswer
    },
  }
  const parameters = [{ name: 'device', value: (message: Message) => message.payload }]
  const node = run(influxdbQuery, { server, query: 'SELECT', parameters, ...config })
  return { node, asked }
}

const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((done) => void setImmediate(done))
}

const influxql = JSON.stringify({
  results: [
    {
      statement_id: 0,
      series: [
        {
          name: 't',
          tags: { device: 'a' },
          columns: ['time', 'mean'],
          values: [
            [1000, 2.5],
            [2000, null],
          ],
        },
        { name: 't', tags: { device: 'b' }, columns: ['time', 'mean'], values: [[1000, 3]] },
      ],
    },
  ],
})

test('holds to the contract of a node', async () => {
  const server = { host: 'x', version: '1', ask: () => Promise.reject(new Error('no')) }
  expect(await checkNodeType(influxdbQuery, { server, query: 'SELECT' })).toEqual([])
})

test('passes on the rows of InfluxQL with their tags, as a list', async () => {
  const { node, asked } = bench([{ body: influxql }])
  const sent = node.send({ payload: 'a', topic: 'x' })
  await settle()
  expect(sent.isSettled).toBe(true)
  expect(node.emitted('out')).toMatchObject([
    {
      topic: 'x',
      isTruncated: false,
      payload: [
        { measurement: 't', device: 'a', time: 1000, mean: 2.5 },
        { measurement: 't', device: 'a', time: 2000, mean: null },
        { measurement: 't', device: 'b', time: 1000, mean: 3 },
      ],
    },
  ])
  expect(asked[0]).toMatchObject({ path: 'query', parameters: { db: 'plant', epoch: 'ms' } })
})

test('keeps values out of the query, whatever they hold', async () => {
  const evil = `x'; DROP DATABASE plant --"`
  const one = bench([{ body: influxql }])
  one.node.send({ payload: evil })
  await settle()
  const form = new URLSearchParams(one.asked[0]?.body)
  expect([form.get('q'), form.get('params')]).toEqual(['SELECT', JSON.stringify({ device: evil })])
  const two = bench([{ body: '' }], { language: 'flux' }, '2')
  two.node.send({ payload: evil })
  await settle()
  const body = JSON.parse(two.asked[0]?.body ?? '')
  expect(body.query).toBe('SELECT')
  expect(body.extern.body[0].assignment.init.properties).toEqual([
    {
      type: 'Property',
      key: { type: 'Identifier', name: 'device' },
      value: { type: 'StringLiteral', value: evil },
    },
  ])
  const three = bench([{ body: '' }], { language: 'sql' }, '3')
  three.node.send({ payload: evil })
  await settle()
  expect(JSON.parse(three.asked[0]?.body ?? '')).toMatchObject({
    db: 'plant',
    q: 'SELECT',
    params: { device: evil },
  })
})

// As documented: Flux answers with annotated CSV.
const flux = `#datatype,string,long,dateTime:RFC3339,double,string,boolean
#group,false,false,false,false,true,false
#default,_result,,,,,
,result,table,_time,_value,device,ok
,,0,2026-01-01T00:00:00Z,21.5,"a ""b"", c",true
,,0,2026-01-01T00:01:00Z,,a,false

#datatype,string,long,long
#group,false,false,false
#default,_result,,
,result,table,count
,,1,9007199254740993
`.replaceAll('\n', '\r\n')

test('reads the annotated CSV of Flux by its types, a message for each row', async () => {
  const { node } = bench([{ body: flux }], { language: 'flux', output: 'each' }, '2')
  node.send({ payload: 'a', time: 5 })
  await settle()
  expect(node.emitted('out').map(({ payload, time }) => [payload, time])).toEqual([
    [
      { _time: '2026-01-01T00:00:00Z', _value: 21.5, device: 'a "b", c', ok: true },
      Date.UTC(2026, 0, 1),
    ],
    [
      { _time: '2026-01-01T00:01:00Z', _value: null, device: 'a', ok: false },
      Date.UTC(2026, 0, 1, 0, 1),
    ],
    [{ count: 9007199254740993n }, 5],
  ])
})

test('reads columns whatever they are called, and says of numbers that are none', async () => {
  const table = (cell: string) =>
    `#datatype,string,long,double,long\n,result,table,__proto__,n\n,,0,,${cell}\n`
  const { node } = bench([{ body: table('7') }, { body: table('7x') }], { language: 'flux' }, '2')
  node.send({ payload: 'a' })
  await settle()
  const [row] = (node.emitted('out')[0]?.payload ?? []) as object[]
  expect(Object.keys(row ?? {})).toEqual(['__proto__', 'n'])
  expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
  node.send({ payload: 'b' })
  await settle()
  expect(node.failures()).toMatchObject([{ code: 'INFLUXDB_BAD_ANSWER' }])
})

test('reads the lines of version 3, at most so many', async () => {
  const body = '{"time":"2026-01-01T00:00:00","v":1}\n{"time":"2026-01-01T00:00:01","v":2}\n'
  const { node } = bench([{ body }], { language: 'sql', rowsMax: 1, output: 'each' }, '3')
  node.send({ payload: 'a' })
  await settle()
  expect(node.emitted('out')).toMatchObject([
    { payload: { v: 1 }, time: Date.UTC(2026, 0, 1), isTruncated: true },
  ])
})

test.each<[string, Answer, string, string]>([
  [
    'a refused query',
    { status: 400, body: '{"error":"error parsing query: no"}' },
    'INFLUXDB_QUERY_FAILED',
    'error parsing',
  ],
  [
    'an error in the answer',
    { body: '{"results":[{"error":"database not found: x"}]}' },
    'INFLUXDB_QUERY_FAILED',
    'database not found',
  ],
  [
    'a wrong password',
    { status: 401, body: '{"error":"authorization failed"}' },
    'INFLUXDB_NOT_AUTHORIZED',
    'user name',
  ],
  [
    'a wrong address',
    { status: 404, body: '404 page not found' },
    'INFLUXDB_NOT_FOUND',
    'check address',
  ],
  ['what is no database', { body: '<html>hello</html>' }, 'INFLUXDB_BAD_ANSWER', 'no JSON'],
  [
    'a server that is away',
    new NodeError('INFLUXDB_UNREACHABLE', 'gone'),
    'INFLUXDB_UNREACHABLE',
    'gone',
  ],
])('lets the message leave by the error port for %s', async (_, answer, code, text) => {
  const { node } = bench([answer, { body: influxql }])
  node.sendAll([{ payload: 'a' }, { payload: 'b' }])
  await settle()
  expect(node.failures()).toMatchObject([{ code, original: { payload: 'a' } }])
  expect(node.failures()[0]?.message).toContain(text)
  expect(node.statuses().map(({ state }) => state)).toEqual(['error', 'ok'])
  expect(node.emitted('out')).toHaveLength(1)
  expect(node.openHolds).toBe(0)
})

test('says which language the server knows, and which parameter is none', async () => {
  const { node } = bench([], { language: 'flux' })
  node.sendAll([{ payload: 'a' }, { payload: { a: 1 } }])
  await settle()
  expect(
    node
      .failures()
      .map(({ code }) => code)
      .toSorted(),
  ).toEqual(['INFLUXDB_BAD_PARAMETER', 'INFLUXDB_WRONG_LANGUAGE'])
})

test('asks every so often without a message, and one at a time', async () => {
  const { node, asked } = bench([{ body: influxql }], { everyMs: 1000, parameters: [] })
  node.advance(1000)
  await settle()
  node.advance(1000)
  node.advance(1000)
  await settle()
  expect(asked).toHaveLength(2)
  expect(node.emitted('out')).toHaveLength(2)
})

test('slows the flow while many messages wait', async () => {
  const { node } = bench([{ body: influxql }])
  node.sendAll(Array.from({ length: 20 }, () => ({ payload: 'a' })))
  expect(node.isPressing).toBe(true)
  for (let round = 0; round < 10; round += 1) await settle()
  expect([node.isPressing, node.openHolds]).toEqual([false, 0])
})

test('has an error where it asks by itself and a parameter needs a message', () => {
  const { node, asked } = bench([{ body: influxql }], { everyMs: 1000 })
  node.advance(2000)
  expect(node.failures().map(({ code }) => code)).toEqual([
    'INFLUXDB_BAD_PARAMETER',
    'INFLUXDB_BAD_PARAMETER',
  ])
  expect([asked.length, node.openHolds]).toEqual([0, 0])
})
