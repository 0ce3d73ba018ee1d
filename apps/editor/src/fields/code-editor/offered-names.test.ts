import { CompletionContext } from '@codemirror/autocomplete'
import { EditorState } from '@codemirror/state'
import { expect, test } from 'vitest'
import { offeredNames } from './offered-names.ts'

const complete = async (doc: string): Promise<readonly string[]> => {
  const context = new CompletionContext(EditorState.create({ doc }), doc.length, false)
  const found = await offeredNames(() => Promise.resolve(['alerts', 'orders']))(context)
  return found === null ? [] : [...found.options.map(({ label }) => label), `from ${found.from}`]
}

test('offers names as long as the template is one plain name', async () => {
  expect(await complete('')).toEqual(['alerts', 'orders', 'from 0'])
  expect(await complete('or')).toEqual(['alerts', 'orders', 'from 0'])
  expect(await complete('orders-{{ payload.site')).toEqual([])
  expect(await complete('{{ topic }}-or')).toEqual([])
})
