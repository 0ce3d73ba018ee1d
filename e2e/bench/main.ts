/** `npm run bench [-- scenario…] [--runs N]`: Millrace and Node-RED side by side in one run. */
import { cpus, totalmem } from 'node:os'
import { installNodeRed } from './peers/node-red.ts'
import { scenarios } from './scenarios/index.ts'
import { tableOf, type Figure } from './table.ts'

const options = readOptions(process.argv.slice(2))
const chosen = scenarios.filter(
  ({ name }) => options.names.length === 0 || options.names.includes(name),
)
const unknown = options.names.filter(
  (name) => !scenarios.some((scenario) => scenario.name === name),
)
if (unknown.length > 0) {
  const known = scenarios.map(({ name, about }) => `  ${name.padEnd(24)}${about}`).join('\n')
  process.stderr.write(`no scenario is called ${unknown.join(', ')}; there are:\n${known}\n`)
  process.exit(2)
}
installNodeRed()

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const figures: Figure[] = []
for (const scenario of chosen) {
  say(`\n${scenario.name}: ${scenario.about}`)
  try {
    figures.push(
      ...(await scenario.measure({ runs: options.runs, say: (text) => say(`  ${text}`) })),
    )
  } catch (error) {
    say(`  FAILED: ${String(error)}`)
    process.exitCode = 1
  }
}
const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
say(`\nmedian [lowest – highest] of ${options.runs} runs each; ${machine}\n\n${tableOf(figures)}`)

function readOptions(words: readonly string[]): {
  readonly names: readonly string[]
  readonly runs: number
} {
  const at = words.indexOf('--runs')
  const runs = at < 0 ? 3 : Number(words[at + 1])
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number from 1')
  return { names: words.filter((_, index) => at < 0 || (index !== at && index !== at + 1)), runs }
}
