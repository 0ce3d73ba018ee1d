import { expect, test } from 'vitest'
import { parseMarkdown } from './markdown.ts'

test('reads headings, paragraphs, lists, code and tables', () => {
  const kinds = parseMarkdown(
    '# Filter\n\nLets pass\nwhat **fits**.\n\n- one\n- two\n\n```js\na < b\n```\n\n| a | b |\n|---|---|\n| 1 | `x|y` |',
  )
  expect(kinds.map(({ kind }) => kind)).toEqual(['heading', 'paragraph', 'list', 'code', 'table'])
})

test('keeps hostile text as text', () => {
  const source =
    '<script>alert(1)</script> [click](javascript:alert(1)) <img src=x onerror=alert(1)>'
  expect(parseMarkdown(source)).toEqual([
    {
      kind: 'paragraph',
      text: [
        { kind: 'text', text: '<script>alert(1)</script> ' },
        { kind: 'text', text: 'click' },
        { kind: 'text', text: ') <img src=x onerror=alert(1)>' },
      ],
    },
  ])
})

test('tells code and emphasis apart', () => {
  expect(parseMarkdown('Use `payload.x` or **key**, *not* both.')).toEqual([
    {
      kind: 'paragraph',
      text: [
        { kind: 'text', text: 'Use ' },
        { kind: 'code', text: 'payload.x' },
        { kind: 'text', text: ' or ' },
        { kind: 'strong', text: 'key' },
        { kind: 'text', text: ', ' },
        { kind: 'emphasis', text: 'not' },
        { kind: 'text', text: ' both.' },
      ],
    },
  ])
})
