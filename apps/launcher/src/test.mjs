import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { run, toolEnvironment } from './command.mjs'
import { ensureEditor } from './editor.mjs'
import { ensureInstalled } from './install.mjs'
import { ensureNode } from './node24.mjs'
import { inProject, main, say } from './project.mjs'
import { runStep, runTool, staticSteps, stepLine } from './steps.mjs'
import { closingLine, judge, readPlaywright, readVitest, single, sum } from './tally.mjs'

/** @typedef {import('./tally.mjs').Tally} Tally */

const results = inProject('e2e', 'results')

// npm test: installs what the tests need, runs all of them, and sums up in one last line.
await main(async () => {
  await ensureInstalled()
  const node24 = await ensureNode()
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
  await installServices(node24)
  const tallies = [await buildEditor(node24)]
  for (const step of staticSteps) {
    tallies.push(single(step.name, (await runStep(node24, step)).isGood))
  }
  tallies.push(await vitest(node24, 'unit', ['--project', 'unit', '--project', 'editor']))
  tallies.push(await vitest(node24, 'e2e', ['--project', 'e2e']))
  tallies.push(await playwright(node24))
  return close(judge(sum(tallies)))
})

/** Debian packages of brokers, databases and the browser, where we may install them. @param {string} node24 */
async function installServices(node24) {
  const script = inProject('e2e', 'services', 'install.ts')
  if (existsSync(script)) await run(node24, [script], { env: toolEnvironment(node24) })
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

/**
 * @param {string} node24
 * @param {string} name
 * @param {readonly string[]} projects
 */
async function vitest(node24, name, projects) {
  const report = `${results}/${name}.json`
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const startedMs = performance.now()
  const { code } = await runTool(node24, ['vitest/vitest.mjs', 'run', ...projects, ...reporters])
  return finish(`${name} tests`, startedMs, code, report, readVitest)
}

/** @param {string} node24 */
async function playwright(node24) {
  const report = `${results}/browser.json`
  const startedMs = performance.now()
  const { code } = await runTool(
    node24,
    [
      '@playwright/test/cli.js',
      'test',
      '--config',
      inProject('e2e', 'playwright.config.ts'),
      '--reporter=list,json',
    ],
    { env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report } },
  )
  return finish('browser tests', startedMs, code, report, readPlaywright)
}

/**
 * @param {string} name
 * @param {number} startedMs
 * @param {number} code
 * @param {string} report
 * @param {(file: string) => Tally} read
 */
function finish(name, startedMs, code, report, read) {
  const tally = existsSync(report) ? read(report) : single(`${name}: no report`, false)
  const isUnexplained = code !== 0 && tally.failed.length === 0
  const whole = isUnexplained ? sum([tally, single(`${name}: exit code ${code}`, false)]) : tally
  say(stepLine(name, startedMs, whole.failed.length === 0, closingLine(whole)))
  return whole
}

/** @param {Tally} tally */
function close(tally) {
  for (const name of tally.skipped) say(`skipped: ${name}`)
  for (const name of tally.failed) say(`failed: ${name}`)
  process.stdout.write(`${closingLine(tally)}\n`)
  return tally.failed.length === 0 ? 0 : 1
}
