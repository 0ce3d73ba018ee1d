import { readFileSync } from 'node:fs'
import { isCi } from './project.mjs'

/**
 * What the tests came to.
 * @typedef {object} Tally
 * @property {number} passed
 * @property {readonly string[]} failed names
 * @property {readonly string[]} skipped names, with the reason where there is one
 */

/** @type {Tally} */
export const nothing = { passed: 0, failed: [], skipped: [] }

/**
 * @param {string} name
 * @param {boolean} isGood
 * @returns {Tally}
 */
export const single = (name, isGood) =>
  isGood ? { ...nothing, passed: 1 } : { ...nothing, failed: [name] }

/**
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
export function sum(tallies) {
  return {
    passed: tallies.reduce((total, { passed }) => total + passed, 0),
    failed: tallies.flatMap(({ failed }) => failed),
    skipped: tallies.flatMap(({ skipped }) => skipped),
  }
}

/** In CI nothing is left out unnoticed: a test that could not run has failed. @param {Tally} tally */
export function judge(tally, isStrict = isCi) {
  if (!isStrict) return tally
  return { ...tally, failed: [...tally.failed, ...tally.skipped], skipped: [] }
}

/** The last line of the tests. @param {Tally} tally */
export function closingLine({ passed, failed, skipped }) {
  const rest = skipped.length > 0 ? `, ${skipped.length} skipped` : ''
  return `${passed} passed, ${failed.length} failed${rest}`
}

/**
 * Reads what vitest's JSON reporter wrote.
 * @param {string} file
 * @returns {Tally}
 */
export function readVitest(file) {
  /** @type {{ testResults: { name: string, status: string, message?: string, assertionResults: { fullName: string, status: string }[] }[] }} */
  const report = JSON.parse(readFileSync(file, 'utf8'))
  return sum(
    report.testResults.map(({ name, status, assertionResults: tests }) => {
      const named = (/** @type {(status: string) => boolean} */ isIt) =>
        tests.filter((test) => isIt(test.status)).map((test) => test.fullName)
      const failed = named((is) => is === 'failed')
      // A file that could not even be loaded has no tests to count.
      const lost = status === 'failed' && failed.length === 0 ? [name] : []
      return {
        passed: named((is) => is === 'passed').length,
        failed: [...failed, ...lost],
        skipped: named((is) => is !== 'passed' && is !== 'failed'),
      }
    }),
  )
}

/**
 * @typedef {object} PlaywrightSuite
 * @property {string} title
 * @property {PlaywrightSuite[]} [suites]
 * @property {{ title: string, tests: { status: string, annotations?: { type: string, description?: string }[] }[] }[]} [specs]
 */

/**
 * Reads what Playwright's JSON reporter wrote.
 * @param {string} file
 * @returns {Tally}
 */
export function readPlaywright(file) {
  /** @type {{ suites: PlaywrightSuite[], errors: { message?: string }[] }} */
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const lost = report.errors.map((error) => `browser tests: ${error.message ?? 'not loaded'}`)
  return sum([{ ...nothing, failed: lost }, ...report.suites.map((suite) => readSuite(suite, []))])
}

/**
 * @param {PlaywrightSuite} suite
 * @param {readonly string[]} above
 * @returns {Tally}
 */
function readSuite(suite, above) {
  const path = [...above, suite.title]
  const own = (suite.specs ?? []).flatMap(({ title, tests }) =>
    tests.map(({ status, annotations }) => {
      const name = [...path, title].join(' › ')
      const reason = annotations?.find(({ type }) => type === 'skip')?.description
      if (status === 'skipped')
        return { ...nothing, skipped: [reason ? `${name} (${reason})` : name] }
      return single(name, status === 'expected' || status === 'flaky')
    }),
  )
  return sum([...own, ...(suite.suites ?? []).map((inner) => readSuite(inner, path))])
}
