import { expect, test } from 'vitest'
import { readBody } from './read-body.ts'

test('reads a form in no time however often a name comes', () => {
  const options = {
    format: 'auto',
    contentType: 'application/x-www-form-urlencoded',
    contentEncoding: undefined,
    bytesMax: 1_048_576,
  } as const
  const [form] = readBody(Buffer.from('a&'.repeat(524_288)), options)
  // Looking at each of them would take far longer than reading them.
  const { a } = form as { readonly a: readonly string[] }
  expect(a.length).toBe(524_288)
})
