import { expect, test } from 'vitest'
import { describe, type Descriptor } from '@millrace/sdk/descriptor'
import { errorFields } from './errors-form.tsx'

const node: Descriptor = describe({
  type: 'test/operator',
  version: 1,
  kind: 'operator',
  title: 'Operator',
  summary: 'Does something.',
  category: 'transform',
  icon: 'globe',
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [{ name: 'out', title: 'Out' }],
  fields: {},
})

const withRetries: Descriptor = {
  ...node,
  fields: { retries: { kind: 'integer', label: 'Retries', default: 3 } },
}

const labels = (descriptor: Descriptor, retries = 0) =>
  Object.values(errorFields(descriptor, { retries })).map(({ label }) => label)

test('asks for retries, and for the wait once there are some', () => {
  expect(labels(node)).toEqual(['A message that fails', 'Retries'])
  expect(labels(node, 2)).toEqual(['A message that fails', 'Retries', 'Wait before a retry'])
})

test('asks a node with retries of its own for no others, unless it has some', () => {
  expect(labels(withRetries)).toEqual(['A message that fails after its retries'])
  expect(labels(withRetries, 2)).toContain('Further rounds of retries')
})

test('asks a source for none: it cannot be given a message again', () => {
  expect(labels({ ...node, kind: 'source' })).toEqual(['A message that fails'])
})
