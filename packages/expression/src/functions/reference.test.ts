import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { FunctionEntry } from './definition.ts'
import { functionTable } from './table.ts'

/** One line of the reference in the README, in the notation that is preferred. */
function lineOf({ name, notation, parameters, summary }: FunctionEntry): string {
  const words = parameters.map(({ name: word, isOptional, isRepeated }) =>
    isRepeated ? `${word}…` : isOptional ? `${word}?` : word,
  )
  const [receiver = '', ...others] = words
  const isMethod = notation !== 'function'
  const call = isMethod
    ? `${receiver}.${name}(${others.join(', ')})`
    : `${name}(${words.join(', ')})`
  return `- \`${call}\`: ${summary}`
}

test('the README lists every function, as the table has it', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const missing = functionTable.map(lineOf).filter((line) => !readme.includes(`${line}\n`))
  expect(missing).toEqual([])
})
