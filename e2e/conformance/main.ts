/** `npm run conformance -- FILE`: runs a file of window cases through the real engine and nodes. */
import { readFileSync } from 'node:fs'
import { readCases } from './case.ts'
import { conformanceTypes, runCase } from './run-case.ts'

const [file] = process.argv.slice(2)
if (file === undefined) {
  process.stderr.write('Usage: npm run conformance -- FILE\n')
  process.exit(2)
}
const installed = await conformanceTypes()
const count = { passed: 0, failed: 0, skipped: 0, differs: 0 }
for (const given of readCases(readFileSync(file, 'utf8'))) {
  const outcome = await runCase(given, installed)
  count[outcome.kind] += 1
  if (outcome.kind === 'differs') say(`differs  ${given.name}: ${outcome.reason}`)
  if (outcome.kind === 'skipped') say(`not yet  ${given.name}: ${outcome.reason}`)
  if (outcome.kind === 'failed') {
    say(`failed   ${given.name}`)
    for (const problem of outcome.problems) say(`           ${problem}`)
  }
}
const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
const differing = count.differs > 0 ? `, ${count.differs} where ours differs` : ''
say(`${count.passed} passed, ${count.failed} failed${skipped}${differing}`)
process.exitCode = count.failed > 0 ? 1 : 0

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
