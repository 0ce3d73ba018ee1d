/**
 * Prints what a golden flow gives now, line by line as `expected.jsonl` has it, for reading before
 * it is believed. Run: node e2e/golden/record.ts NAME
 */
import { installedTypes } from '../installed-types.ts'
import { goldenRoots } from './runner/golden-roots.ts'
import { readGoldens } from './runner/read-golden.ts'
import { runGolden } from './runner/run-golden.ts'

const [name] = process.argv.slice(2)
const goldens = goldenRoots.flatMap(readGoldens)
const golden = goldens.find((one) => one.name === name)
if (golden === undefined) {
  process.stderr.write(`Give the name of one: ${goldens.map((one) => one.name).join(', ')}\n`)
  process.exit(2)
}
const installed = await installedTypes(new Set(golden.flow.nodes.map(({ type }) => type)))
const { output, log } = await runGolden(golden, installed, { batchSize: 1, crashes: false })
for (const line of output) process.stdout.write(`${JSON.stringify(line)}\n`)
for (const line of log) process.stderr.write(`${line}\n`)
