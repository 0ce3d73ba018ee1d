import { expect, test } from 'vitest'
import type { Fields } from '@millrace/sdk/descriptor'
import { sectionsOf } from './sections.ts'

const fields: Fields = {
  a: { kind: 'text', label: 'A' },
  b: { kind: 'text', label: 'B', section: 'Time' },
  c: { kind: 'text', label: 'C' },
  d: { kind: 'text', label: 'D', section: 'More' },
}

test('a heading stands over the fields up to the next one', () => {
  expect(sectionsOf(fields, ['a', 'b', 'c', 'd'])).toEqual([
    { title: undefined, names: ['a'] },
    { title: 'Time', names: ['b', 'c'] },
    { title: 'More', names: ['d'] },
  ])
})

test('stays over the rest where its own field is hidden', () => {
  expect(sectionsOf(fields, ['c'])).toEqual([{ title: 'Time', names: ['c'] }])
})
