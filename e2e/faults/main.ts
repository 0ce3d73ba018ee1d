/** `npm run faults [-- name…] [--short]`: does harm to a running flow, and looks for what was lost. */
import { faults } from './cases/index.ts'
import { lossesOf } from './fault.ts'

const words = process.argv.slice(2)
const isShort = words.includes('--short')
const names = words.filter((word) => !word.startsWith('--'))
const chosen = faults.filter(
  ({ name }) => names.length === 0 || names.some((word) => name.includes(word)),
)
if (chosen.length === 0) {
  const known = faults.map(({ name, about }) => `  ${name.padEnd(24)}${about}`).join('\n')
  process.stderr.write(`no fault is called ${names.join(' ')}; there are:\n${known}\n`)
  process.exit(2)
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)
for (const { name, about, whyNot, run } of chosen) {
  say(`\n${name}: ${about}`)
  const reason = whyNot?.()
  if (reason !== undefined) {
    say(`  not tried: ${reason}`)
    continue
  }
  const beganMs = performance.now()
  try {
    const outcome = await run({ isShort, say: (text) => say(`  ${text}`) })
    const { acknowledged, windows, repeated } = outcome.verdict
    const seconds = Math.round((performance.now() - beganMs) / 1_000)
    say(`  tried: ${outcome.tried}; ${acknowledged} messages, ${windows} windows, ${seconds} s`)
    if (repeated > 0) say(`  ${repeated} messages came more than once`)
    const losses = lossesOf(outcome)
    say(`  lost: ${losses.length === 0 ? 'nothing' : losses.join('\n        ')}`)
    if (losses.length > 0) process.exitCode = 1
  } catch (error) {
    say(`  FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    process.exitCode = 1
  }
}
// A process that a failed case left behind must not keep this one.
process.exit()
