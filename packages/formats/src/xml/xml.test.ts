import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { xmlDecoder } from './decode-xml.ts'
import { xmlEncoder } from './encode-xml.ts'
import { xmlText } from './xml-text.ts'

const decode = xmlDecoder({ types: 'auto' })
const encode = xmlEncoder({ root: 'message' })

test('reads attributes, texts, and elements of which there are several', () => {
  const text = `<?xml version="1.0"?><!-- note -->
    <plant site="7" code="007"><line>1</line><line on="true"> a &lt; b&#33; </line>
    <empty/><deep><x><![CDATA[<raw>]]></x></deep>tail</plant>`
  expect(decode(text)).toEqual({
    plant: {
      '@site': 7,
      '@code': '007',
      line: [1, { '@on': true, '#text': 'a < b!' }],
      empty: null,
      deep: { x: '<raw>' },
      '#text': 'tail',
    },
  })
  expect(xmlDecoder({ types: 'text' })('<a b="1">2</a>')).toEqual({
    a: { '@b': '1', '#text': '2' },
  })
})

test.each([
  ['<a><b></a>', 'Line 1, column 11: unexpected close tag'],
  ['<a>\n  <b', 'Line 2, column 5: unclosed tag: a'],
  ['', 'document must contain a root element'],
  ['<a/><b/>', 'documents may contain only one root'],
  ['<a>&nope;</a>', 'undefined entity'],
  ['<a b=1/>', 'unquoted attribute value'],
  ['x', 'text data outside of root node'],
  ['<a>'.repeat(1000), 'nested more than 200 levels deep'],
])('says what is wrong with %s', (text, sentence) => {
  expect(() => decode(text)).toThrow(sentence)
})

test('refuses entities of the document, and so what grows from them', () => {
  const bomb = `<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>`
  expect(() => decode(bomb)).toThrow('undefined entity')
  const file = `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`
  expect(() => decode(file)).toThrow('undefined entity')
})

test('keeps names that objects inherit to themselves', () => {
  const value = decode('<__proto__ a="1"><toString>2</toString></__proto__>')
  expect(Object.keys(value as object)).toEqual(['__proto__'])
  expect(({} as { '@a'?: number })['@a']).toBe(undefined)
})

test('reads the charset that a document declares', () => {
  const head = '<?xml version="1.0" encoding="ISO-8859-1"?>'
  expect(decode(xmlText(Buffer.from(`${head}<a>ü</a>`, 'latin1')))).toEqual({ a: 'ü' })
  expect(decode(xmlText(Buffer.from('\ufeff<a>ü</a>', 'utf16le')))).toEqual({ a: 'ü' })
  const strange = Buffer.from('<?xml version="1.0" encoding="nope"?><a/>')
  expect(() => xmlText(strange)).toThrow('encoded as "nope", which is not known')
})

test.each([
  [{ a: 1 }, '<a>1</a>'],
  [{ a: 1, b: [2, { c: null }] }, '<message><a>1</a><b>2</b><b><c/></b></message>'],
  [{ a: { '@x': '"<', '#text': 'y>' } }, '<a x="&quot;&lt;">y&gt;</a>'],
  [[1, 2], '<message><item>1</item><item>2</item></message>'],
  ['x & y', '<message>x &amp; y</message>'],
  [null, '<message/>'],
  [{ 'not a name': 1 }, undefined],
  [{ a: '\u0000' }, undefined],
  [{ a: { '@b': { c: 1 } } }, undefined],
])('writes %j', (value, text) => {
  if (text === undefined) expect(() => encode(value)).toThrow(FormatError)
  else expect(encode(value)).toBe(`<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`)
})

test('says which field cannot be written', () => {
  expect(() => encode({ a: { b: [{ 'c d': 1 }] } })).toThrow(
    'Field b.c d: "c d" is no name for an element.',
  )
})

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,4}$/)
const text = fc
  .string({ unit: fc.constantFrom('a', '<', '&', '"', "'", '>', ' ', '\n', ']]>', 'ü', '😀') })
  .filter((one) => one !== '' && one.trim() === one)
const tree = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    text,
    fc.dictionary(
      name,
      fc.oneof(tie('value'), fc.array(tie('value'), { minLength: 2, maxLength: 3 })),
      {
        minKeys: 1,
        maxKeys: 4,
      },
    ),
  ),
})).value

test('reads what was written', () => {
  fc.assert(
    fc.property(name, tree, (root, value) => {
      expect(decode(encode({ [root]: value }))).toEqual({ [root]: value })
    }),
    { numRuns: 500 },
  )
})

test('never falls over, whatever comes', () => {
  const hostile = fc.array(
    fc.constantFrom(
      '<',
      '>',
      '/',
      'a',
      ' ',
      '=',
      '"',
      '&',
      ';',
      '!',
      '[',
      ']',
      '-',
      '?',
      '#',
      'x',
      'CDATA',
    ),
  )
  fc.assert(
    fc.property(hostile, (pieces) => {
      try {
        decode(pieces.join(''))
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError)
      }
    }),
    { numRuns: 3000 },
  )
})
