import { checkDescriptor } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { brokersOf } from './cluster-options.ts'
import { kafkaConnectionDescriptor } from './descriptor.ts'

test('is described as node types have to be', () => {
  expect(checkDescriptor(kafkaConnectionDescriptor)).toEqual([])
})

test('takes brokers as people write them', () => {
  expect(brokersOf({ brokers: ' kafka-1:9093 , kafka-2,[::1]:9094 ' })).toEqual([
    { host: 'kafka-1', port: 9093 },
    { host: 'kafka-2', port: 9092 },
    { host: '::1', port: 9094 },
  ])
  for (const brokers of ['', ' , ', 'a:b:c', 'a:70000', 'http://a:1'])
    expect(() => brokersOf({ brokers })).toThrow('Brokers')
})
