import { expect, test } from 'vitest'
import { describe } from '@millrace/sdk/descriptor'
import { effectOf, fieldLabel, shownChange } from './change-text.ts'

const windowNode = describe({
  type: 'test/window',
  version: 1,
  kind: 'operator',
  title: 'Window',
  summary: '',
  category: 'windows',
  icon: 'timer',
  stateful: true,
  inputs: [],
  outputs: [],
  fields: {
    sizeMs: { kind: 'duration', label: 'Length', default: 60_000 },
    mode: {
      kind: 'choice',
      label: 'Kind',
      default: 'tumbling',
      options: [{ value: 'tumbling', label: 'Tumbling' }],
    },
  },
})

test('shows values as the form does, and defaults where nothing is set', () => {
  const change = { field: 'config.sizeMs', before: undefined, after: 90_000 }
  expect(fieldLabel(change.field, windowNode)).toBe('Length')
  expect(shownChange(change, windowNode)).toMatchObject({
    before: { short: '1 min' },
    after: { short: '1.5 min' },
  })
})

test('shortens what is long and keeps the whole', () => {
  const { after } = shownChange(
    { field: 'config.code', before: undefined, after: 'x\n'.repeat(100) },
    undefined,
  )
  expect(after.short).toHaveLength(64)
  expect(after.whole).toHaveLength(200)
})

test('tells what becomes of the running node', () => {
  const config = { field: 'config.sizeMs', before: 1, after: 2 }
  const name = { field: 'name', before: 'a', after: 'b' }
  expect(effectOf([name], windowNode)).toBe('goes on')
  expect(effectOf([name, config], windowNode)).toBe('restarts, loses its state')
  expect(effectOf([config], { ...windowNode, stateful: false })).toBe('restarts')
  expect(effectOf([{ field: 'isDisabled', before: undefined, after: true }], undefined)).toBe(
    'stops',
  )
})
