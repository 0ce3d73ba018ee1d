import { expect, test } from 'vitest'
import { describe } from '@millrace/sdk/descriptor'
import { effectOf, fieldLabel, lossText, shownChange } from './change-text.ts'

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
  const keeps = { isStateful: true, loses: false }
  const loses = { isStateful: true, loses: true }
  const plain = { isStateful: false, loses: false }
  expect(effectOf([name], keeps)).toBe('goes on')
  expect(effectOf([name, config], keeps)).toBe('restarts, keeps its state')
  expect(effectOf([name, config], loses)).toBe('restarts, loses its state')
  expect(effectOf([config], plain)).toBe('restarts')
  const off = { field: 'isDisabled', before: undefined, after: true }
  expect(effectOf([off], plain)).toBe('stops')
  expect(effectOf([off], loses)).toBe('stops, loses its state')
  expect(effectOf([{ ...off, before: true, after: undefined }], keeps)).toBe('starts')
})

test('says by the change of which fields state is lost', () => {
  const loss = { node: 'w', because: 'shape', fields: ['mode', 'sizeMs', 'groupBy'] } as const
  expect(lossText(loss, windowNode)).toBe(
    'begins anew: its state is of no use after a change of “Kind”, “Length” and “groupBy”',
  )
  expect(lossText({ ...loss, because: 'removed', fields: [] }, windowNode)).toBe('is removed')
})

test('says what becomes of errors as the inspector does, and that nothing restarts for it', () => {
  const change = { field: 'onError', before: undefined, after: { retries: 2, policy: 'stop' } }
  const shown = shownChange(change, undefined)
  expect([shown.before.short, shown.after.short]).toEqual([
    'leaves by the error port',
    'stops the flow after 2 retries',
  ])
  expect(fieldLabel('onError', undefined)).toBe('A message that fails')
  expect(effectOf([change], { isStateful: true, loses: false })).toBe('goes on')
})
