import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMeter } from '../runtime/meter.ts'
import { compilePattern } from './match.ts'
import type { Matcher } from './match.ts'
import { PatternFailure } from './pattern.ts'

function matcherOf(pattern: string): Matcher {
  const matcher = compilePattern(pattern)
  if (matcher instanceof PatternFailure) throw matcher
  return matcher
}

function matches(pattern: string, text: string): boolean {
  return matcherOf(pattern)(text, createMeter())
}

describe('a pattern occurs in a text or does not', () => {
  test.each<[string, string[], string[]]>([
    ['', ['', 'a'], []],
    ['abc', ['abc', 'xabcx'], ['ab', 'acb']],
    ['^abc$', ['abc'], ['abcd', 'xabc', 'abc\n']],
    ['a.c', ['abc', 'a😀c'], ['ac', 'a\nc']],
    ['(?s)a.c', ['a\nc'], []],
    ['a|b|', ['a', 'c', ''], []],
    ['^(a|bc)+$', ['a', 'bc', 'abca'], ['', 'b', 'abb']],
    ['^a*$', ['', 'aaa'], ['b']],
    ['^a+?$', ['a', 'aa'], ['']],
    ['^a?$', ['', 'a'], ['aa']],
    ['^a{2}$', ['aa'], ['a', 'aaa']],
    ['^a{2,}$', ['aa', 'aaaa'], ['a']],
    ['^a{1,3}$', ['a', 'aaa'], ['', 'aaaa']],
    ['^a{0}$', [''], ['a']],
    ['a{,2}', ['a{,2}'], ['aa']],
    ['{', ['{'], []],
    ['^[a-c_]+$', ['abc_'], ['d', '']],
    ['^[^a-c]$', ['d', '😀'], ['a', '']],
    ['^[]a]$', [']', 'a'], ['b']],
    ['^[^]a]$', ['b'], [']', 'a']],
    ['^[a-]$', ['a', '-'], ['b']],
    ['^[\\d\\-x]+$', ['12-x'], ['a']],
    ['^[^\\D]$', ['5'], ['a']],
    ['^\\w\\W\\s\\S$', ['a- b'], ['ab b']],
    ['^\\d{3}$', ['042'], ['42', '٣٣٣']],
    ['\\bcat\\b', ['a cat', 'cat', 'cat.'], ['concat', 'cats', 'cat_']],
    ['\\Bcat', ['concat'], ['cat', 'a cat']],
    ['(?m)^b$', ['a\nb\nc', 'b'], ['ab', 'bc']],
    ['(?i)^temp$', ['TEMP', 'Temp', 'temp'], ['tem']],
    ['^(?i:a)b$', ['Ab', 'ab'], ['aB']],
    ['(?i)^[à-ö]$', ['É', 'é'], ['e']],
    ['(?P<year>\\d{4})-(?<month>\\d\\d)', ['2026-03'], ['26-03']],
    ['^(?:ab)+$', ['abab'], ['aba']],
    ['^\\.\\*\\/\\$$', ['.*/$'], ['a*/$']],
    ['\\x41\\u0042\\x{1F600}', ['AB😀'], ['AB']],
    ['\\n\\t', ['\n\t'], []],
    ['^(a*)*$', ['', 'aaaa'], ['b']],
    ['(a|a)*b', ['aab'], ['aa']],
    ['^(?:^a|b$)$', ['a', 'b'], ['ab']],
    ['a$b', [], ['ab']],
    ['^😀+$', ['😀😀'], ['😀a']],
    ['\\Aa\\z', ['a'], ['ab']],
    ['x*$', ['', 'yy'], []],
  ])('%s', (pattern, yes, no) => {
    expect(yes.filter((text) => !matches(pattern, text))).toEqual([])
    expect(no.filter((text) => matches(pattern, text))).toEqual([])
  })
})

describe('a pattern that cannot be read says why', () => {
  test.each([
    ['(', 1, 'Expected a closing ")"'],
    [')', 0, 'without its "("'],
    ['[a', 2, 'Expected a closing "]"'],
    ['*a', 0, 'something to repeat'],
    ['a**', 2, 'cannot itself be repeated'],
    ['a{3,2}', 1, 'counts from 0 up to 1000'],
    ['a{1001}', 1, 'counts from 0 up to 1000'],
    ['(a)\\1', 4, 'References back'],
    ['(?=a)', 2, 'Look-around'],
    ['(?<=a)', 2, 'Look-around'],
    ['\\p{L}', 1, 'no escape "\\p"'],
    ['\\', 1, 'Expected a character after'],
    ['[z-a]', 4, 'from lower to higher'],
    ['[[:alpha:]]', 1, 'Write \\d'],
    ['(a{100}){100}', 0, 'too large'],
    ['((((a{9}){9}){9}){9}){9}', 0, 'too large'],
    [`${'('.repeat(100)}a${')'.repeat(100)}`, 64, 'nested up to'],
  ])('%s', (pattern, offset, message) => {
    const failure = compilePattern(pattern)
    expect(failure).toBeInstanceOf(PatternFailure)
    expect(failure).toMatchObject({ offset, message: expect.stringContaining(message) })
  })
})

test('it agrees with the RegExp of JavaScript where both know the syntax', () => {
  const atom = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '\\w',
    '\\W',
    '\\b',
    '\\B',
    '^',
    '$',
    '(a|b)',
    '(?:ab)',
    '()',
  )
  const repeat = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?')
  const piece = fc
    .tuple(atom, repeat)
    .map(([one, times]) => (/[b^$B]$/i.test(one) && one !== 'b' ? one : one + times))
  const sequence = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(''))
  const pattern = fc.array(sequence, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|'))
  const grouped = fc
    .tuple(pattern, pattern, repeat)
    .map(([one, two, times]) => `(${one})${times}${two}`)
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '_'), maxLength: 8 })
  fc.assert(
    fc.property(fc.oneof(pattern, grouped), fc.array(text, { minLength: 5 }), (source, texts) => {
      const expression = new RegExp(source, 'u')
      const run = matcherOf(source)
      // Each text twice: the second time the automaton knows its way.
      const found = [...texts, ...texts].map((each) => run(each, createMeter()))
      const expected = [...texts, ...texts].map((each) => expression.test(each))
      expect({ source, texts, found }).toEqual({ source, texts, found: expected })
    }),
    { numRuns: 600 },
  )
})

describe('no pattern can make a text take long', () => {
  const long = 'a'.repeat(100_000)
  test.each([
    ['(a+)+$', `${long}!`],
    ['^(a|aa)+$', `${long}!`],
    ['(a|a|a)*b', long],
    ['(.*)*x', long],
    ['(a?){200}a{200}b', long],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', long],
    ['(x+x+)+y', 'x'.repeat(100_000)],
    ['[a-z]*[a-z]*[a-z]*[a-z]*!', long],
    ['(a|b)*a(a|b){12}c', 'ab'.repeat(50_000)],
  ])('%s', (pattern, text) => {
    const start = process.cpuUsage().user
    expect(matches(pattern, text)).toBe(false)
    expect((process.cpuUsage().user - start) / 1000).toBeLessThan(1_500)
  })

  test('a pattern with very many sets of places is held within the memory for them', () => {
    const text = Array.from({ length: 20_000 }, (_, index) =>
      (index * 7919) % 13 < 6 ? 'a' : 'b',
    ).join('')
    expect(matches('a[ab]{14}c', text)).toBe(false)
    expect(matches('a[ab]{14}$', text)).toBe(/a[ab]{14}$/.test(text))
  })

  test('a step is charged for each part of the text', () => {
    const meter = { left: 10 }
    expect(() => matcherOf('b')(long, meter)).toThrow('too many steps')
  })
})
