import { beforeAll, describe, expect, test } from 'vitest'
import type { NodeType } from '@millrace/sdk'
import { installedTypes } from '../installed-types.ts'
import { differences } from './runner/compare.ts'
import { goldenRoots } from './runner/golden-roots.ts'
import { readGoldens } from './runner/read-golden.ts'
import type { Golden } from './runner/read-golden.ts'
import { runGolden } from './runner/run-golden.ts'
import type { GoldenMode } from './runner/run-golden.ts'

// A golden flow is a folder below `flows`, or an example of the editor; to add one, add a folder.
const goldens = goldenRoots.flatMap(readGoldens)

const modes: readonly (GoldenMode & { readonly name: string })[] = [
  { name: 'plain', batchSize: 1, crashes: false },
  { name: 'in batches of 3', batchSize: 3, crashes: false },
  { name: 'in batches of 7', batchSize: 7, crashes: false },
  { name: 'crashing after every line', batchSize: 1, crashes: true },
  ...[1, 2, 3].map((killSeed) => {
    return { name: `killed and resumed (${killSeed})`, batchSize: 1, crashes: true, killSeed }
  }),
]

let installed: ReadonlyMap<string, NodeType> = new Map()

beforeAll(async () => {
  const types = goldens.flatMap(({ flow }) => flow.nodes.map(({ type }) => type))
  installed = await installedTypes(new Set(types))
})

test('there are golden flows', () => {
  expect(goldens.length).toBeGreaterThan(5)
})

interface Case {
  readonly golden: Golden
  readonly mode: GoldenMode & { readonly name: string }
  /** Why this way of running it is left out. */
  readonly left: string | undefined
}

const cases = goldens.flatMap((golden): Case[] => {
  const reason = golden.input.find((line) => 'cannotResume' in line)?.cannotResume
  return modes.map((mode) => ({ golden, mode, left: mode.crashes ? reason : undefined }))
})

describe('golden flows', () => {
  test.for(cases)('$golden.name runs $mode.name as expected', async (one, { skip }) => {
    const { golden, mode, left } = one
    if (left !== undefined) skip(left)
    const { output, unsettled } = await runGolden(golden, installed, mode)
    expect(differences(output, golden.expected).join('\n')).toBe('')
    expect(unsettled).toBe(0)
  })
})
