import { checkDescriptor } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { kafkaInDescriptor } from './descriptor.ts'
import { Partition } from './partition.ts'
import { progressText } from './progress-text.ts'

test('is described as node types have to be', () => {
  expect(checkDescriptor(kafkaInDescriptor)).toEqual([])
})

test('says which partitions it reads and how far it is behind', () => {
  const partitions = [0, 1, 2, 5].map(
    (partition) => new Partition({ topic: 'orders', partition }, 10),
  )
  expect(progressText(['orders'], [], 0)).toBe('Waits for partitions of orders')
  expect(progressText(['orders'], partitions, 0)).toBe('Reads orders 0–2, 5')
  for (const one of partitions) one.end = 15
  expect(progressText(['orders'], partitions, 0)).toBe('Reads orders 0–2, 5 · 20 behind')
  expect(progressText(['orders'], partitions, 7)).toBe(
    'Reads orders 0–2, 5 · 20 behind · 7 deleted before they were read',
  )
})
