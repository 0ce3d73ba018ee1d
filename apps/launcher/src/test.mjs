import { mkdirSync, rmSync } from 'node:fs'
import { run, toolEnvironment } from './command.mjs'
import { ensureEditor } from './editor.mjs'
import { ensureInstalled } from './install.mjs'
import { inProject, main, say } from './project.mjs'
import { runStep, staticSteps, stepLine } from './steps.mjs'
import { browserTests, results, vitestTests } from './suites.mjs'
import { closingLine, judge, single, sum } from './tally.mjs'

/** @typedef {import('./tally.mjs').Tally} Tally */

// npm test: installs what the tests need, runs all of them, and sums up in one last line.
await main(async () => {
  const node24 = await ensureInstalled()
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
  await installServices(node24)
  const tallies = [await buildEditor(node24)]
  for (const step of staticSteps) {
    tallies.push(single(step.name, (await runStep(node24, step)).isGood))
  }
  tallies.push(await vitestTests(node24, 'unit', ['--project', 'unit', '--project', 'editor']))
  tallies.push(await vitestTests(node24, 'e2e', ['--project', 'e2e']))
  tallies.push(await browserTests(node24))
  return close(judge(sum(tallies)))
})

/** Debian packages of brokers, databases and the browser, where we may install them. @param {string} node24 */
async function installServices(node24) {
  const script = inProject('e2e', 'services', 'install.ts')
  await run(node24, [script], { env: toolEnvironment(node24) })
}

/** @param {string} node24 */
async function buildEditor(node24) {
  const startedMs = performance.now()
  try {
    await ensureEditor(node24)
    say(stepLine('editor build', startedMs, true))
    return single('editor build', true)
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}`)
    say(stepLine('editor build', startedMs, false))
    return single('editor build', false)
  }
}

/** @param {Tally} tally */
function close(tally) {
  for (const name of tally.skipped) say(`skipped: ${name}`)
  for (const name of tally.failed) say(`failed: ${name}`)
  process.stdout.write(`${closingLine(tally)}\n`)
  return tally.failed.length === 0 ? 0 : 1
}
