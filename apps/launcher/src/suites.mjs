import { existsSync } from 'node:fs'
import { run, toolEnvironment } from './command.mjs'
import { inProject, isCi, say } from './project.mjs'
import { runTool, stepLine } from './steps.mjs'
import { closingLine, readPlaywright, readVitest, single, sum } from './tally.mjs'

/** @typedef {import('./tally.mjs').Tally} Tally */

/** Reports and what browser tests leave behind; not kept in git. */
export const results = inProject('e2e', 'results')

/**
 * @param {string} node24
 * @param {string} name
 * @param {readonly string[]} projects
 */
export async function vitestTests(node24, name, projects) {
  const report = `${results}/${name}.json`
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const startedMs = performance.now()
  const { code } = await runTool(node24, ['vitest/vitest.mjs', 'run', ...projects, ...reporters])
  return finish(`${name} tests`, startedMs, code, report, readVitest)
}

/** @param {string} node24 */
export async function browserTests(node24) {
  const missing = await whyNoBrowser(node24)
  const report = `${results}/browser.json`
  const startedMs = performance.now()
  // Where there is no browser the tests are only listed, each as skipped; in CI they run, and fail.
  const isListed = missing !== undefined && !isCi
  const mode = isListed ? ['--list', '--reporter=json'] : ['--reporter=list,json']
  const config = inProject('e2e', 'playwright.config.ts')
  const { code } = await runTool(
    node24,
    ['@playwright/test/cli.js', 'test', '--config', config, ...mode],
    { env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report }, isQuiet: isListed },
  )
  const read = isListed ? listed(missing) : readPlaywright
  return finish('browser tests', startedMs, code, report, read)
}

/** @param {string} node24 */
async function whyNoBrowser(node24) {
  const script = inProject('e2e', 'services', 'missing.ts')
  const options = { env: toolEnvironment(node24), isQuiet: true }
  const { code, output } = await run(node24, [script, 'chromium'], options)
  return code === 0 ? undefined : output.trim()
}

/** @param {string} reason */
function listed(reason) {
  return (/** @type {string} */ file) => {
    const tally = readPlaywright(file)
    return { ...tally, skipped: tally.skipped.map((name) => `${name} (${reason})`) }
  }
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
