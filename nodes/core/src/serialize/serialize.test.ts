import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { run } from '@millrace/sdk/testing'
import { serialize } from './operator.ts'

test('puts text or bytes into the payload and leaves the rest as it is', () => {
  const json = run(serialize)
  json.send({ payload: { t: 1 }, topic: 'a' })
  expect(json.emitted('out')).toEqual([{ payload: '{"t":1}', topic: 'a' }])
  const packed = run(serialize, { format: 'msgpack' })
  packed.send({ payload: [1, 'a'] })
  expect(packed.emitted('out')).toEqual([{ payload: Uint8Array.of(0x92, 1, 0xa1, 97) }])
})

test('takes from one place and puts into another', () => {
  const node = run(serialize, { from: 'payload.rows', to: 'payload.csv', format: 'csv' })
  node.send({ payload: { rows: [{ n: 1 }, { n: 2 }] } })
  expect(node.emitted('out')).toEqual([
    { payload: { rows: [{ n: 1 }, { n: 2 }], csv: 'n\n1\n2\n' } },
  ])
})

test('compresses where it is told to', () => {
  const node = run(serialize, { format: 'text', compression: 'gzip' })
  node.send({ payload: 'on' })
  const [message] = node.emitted('out')
  expect(gunzipSync(message?.payload as Uint8Array).toString()).toBe('on')
})

test('fails what the format has no form for, and goes on', () => {
  const node = run(serialize, {
    format: 'protobuf',
    protobufSchema: 'syntax="proto3"; message A { int32 n = 1; }',
  })
  node.send({ payload: { n: 'x' } })
  node.send({ payload: { n: 5 } })
  expect(node.failures()).toMatchObject([
    { code: 'FORMAT_ENCODE', message: expect.stringContaining('Field n: is "x"') },
  ])
  expect(node.emitted('out')).toEqual([{ payload: Uint8Array.of(8, 5) }])
})
