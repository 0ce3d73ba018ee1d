import { existsSync, readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import type { NodeType } from '@millrace/sdk'
import { readCases } from './case.ts'
import type { Case } from './case.ts'
import { conformanceTypes, runCase } from './run-case.ts'

// The cases are shared between projects and not part of this repository.
const file = new URL('../../../shared/conformance/windows.jsonl', import.meta.url)
const isThere = existsSync(file)
const cases: readonly Case[] = isThere ? readCases(readFileSync(file, 'utf8')) : []

let installed: ReadonlyMap<string, NodeType> = new Map()

beforeAll(async () => {
  installed = await conformanceTypes()
})

test('the shared cases are there', ({ skip }) => {
  if (!isThere) skip('../shared/conformance is not there')
  expect(cases.length).toBeGreaterThan(0)
})

test.for(cases)('means what the case $name says', async (given, { skip }) => {
  const outcome = await runCase(given, installed)
  if (outcome.kind === 'skipped') skip(outcome.reason)
  expect(outcome.kind === 'failed' ? outcome.problems.join('\n') : '').toBe('')
})
