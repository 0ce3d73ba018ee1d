import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { reportOf } from './finding.ts'
import { readRepository } from './read-repository.ts'
import { rules } from './rules.ts'

const repository = readRepository(fileURLToPath(new URL('../../..', import.meta.url)))

test.for(rules)('the repository keeps its rule: $name', (rule) => {
  expect(reportOf(rule, repository)).toBe('')
})

test('sees the whole repository', () => {
  expect(repository.workspaces.map(({ folder }) => folder)).toContain('packages/tidy')
  expect(repository.has('packages/tidy/src/repository.test.ts')).toBe(true)
})
