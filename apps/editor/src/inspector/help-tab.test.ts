import { expect, it } from 'vitest'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { limitsText, placesText } from './help-tab.tsx'

const descriptor: Descriptor = {
  type: 'test/window',
  version: 1,
  kind: 'operator',
  title: '',
  summary: '',
  category: 'windows',
  icon: 'box',
  inputs: [],
  outputs: [],
  fields: {},
}

it('says where a node can run', () => {
  expect(placesText({ ...descriptor, targets: ['local'] })).toBe('can run here')
  const targets = ['local', 'workers', 'flink'] as const
  expect(placesText({ ...descriptor, targets })).toBe('can run here, on workers and on Flink')
  expect(placesText(descriptor)).toBeUndefined()
})

it('says with what it cannot', () => {
  const when = { field: 'unit', is: ['week'] }
  const targetLimits = [
    { on: 'flink', what: 'weeks', when },
    { on: 'flink', what: 'months', when },
  ] as const
  expect(limitsText({ ...descriptor, targetLimits })).toEqual(['not on Flink with weeks; months'])
})
