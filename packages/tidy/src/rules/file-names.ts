import type { Rule } from '../finding.ts'
import { codeFiles } from '../paths.ts'

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/
// `.test` and the like follow the name.
const kinds = /\.(test|spec|bench|service|property|config|d)(?=\.)/g
const emptyWords = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'misc'])

export const fileNames: Rule = {
  name: 'file names',
  remedy:
    'name files and folders in kebab-case for what they export, with a word that says what that is.',
  check: (repository) => {
    const parts = new Map<string, string>()
    for (const file of codeFiles(repository)) {
      file.split('/').forEach((part, at, all) => parts.set(all.slice(0, at + 1).join('/'), part))
    }
    return [...parts].flatMap(([file, part]) => {
      const problem = problemOf(part.replaceAll(kinds, '').replace(/\.(ts|tsx|mjs)$/, ''))
      return problem === undefined ? [] : [{ file, problem }]
    })
  },
}

function problemOf(name: string): string | undefined {
  if (!kebab.test(name)) return 'is not in kebab-case'
  if (name === 'data') return 'says nothing: "data"'
  const empty = name.split('-').find((word) => emptyWords.has(word))
  return empty === undefined ? undefined : `says nothing: "${empty}"`
}
