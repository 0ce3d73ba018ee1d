import { existsSync, readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import type { NodeType } from '@millrace/sdk'
import { readCases } from './case.ts'
import type { Case } from './case.ts'
import { flowOf } from './case-flow.ts'
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

const runnable = cases.filter((given) => 'flow' in flowOf(given))

// The command names the others, with the reason why they are not yet there.
test.for(runnable)('means what the case $name says', async (given) => {
  const outcome = await runCase(given, installed)
  expect(outcome).toEqual({ kind: 'passed' })
})

test('every case of dialect flink is run', () => {
  const ours = cases.filter(({ dialect }) => dialect === 'flink')
  expect(ours.filter((given) => !runnable.includes(given))).toEqual([])
})
