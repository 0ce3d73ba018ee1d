import type { Token } from './tokens.ts'

/** What people bring along from other languages, and what to write here. */
const hints: ReadonlyMap<string, string> = new Map([
  ['===', 'use == to compare'],
  ['!==', 'use != to compare'],
  ['=', 'use == to compare'],
  ['&', 'use && for "and"'],
  ['|', 'use || for "or"'],
  ['^', 'use pow(x, y) for a power'],
  ['**', 'use pow(x, y) for a power'],
  ['??', 'use ifNull(x, y) for a default'],
  ['?.', 'a plain "." is enough: a missing property is null'],
  ['=>', 'write list.map(x, x * 2)'],
  [';', 'one expression only'],
  ['++', 'an expression changes nothing; write x + 1'],
  ['--', 'an expression changes nothing; write x - 1'],
  ['#', 'write // before a comment'],
  ['and', 'use && for "and"'],
  ['AND', 'use && for "and"'],
  ['or', 'use || for "or"'],
  ['OR', 'use || for "or"'],
  ['not', 'use ! for "not"'],
  ['is', 'use == to compare'],
])

export function hintFor(token: Token): string {
  const isWord = token.kind === 'symbol' || token.kind === 'name'
  const hint = isWord ? hints.get(String(token.value)) : undefined
  return hint === undefined ? '' : `; ${hint}`
}
