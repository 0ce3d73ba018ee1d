import { run, toolEnvironment } from './command.mjs'
import { inProject, say } from './project.mjs'

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {readonly string[]} command a script below node_modules and its arguments
 *
 * @typedef {object} StepResult
 * @property {boolean} isGood
 * @property {string} output
 */

/** What is looked at without running any of it. @type {readonly Step[]} */
export const staticSteps = [
  { name: 'format', command: ['oxfmt/bin/oxfmt', '--check', '.'] },
  { name: 'lint', command: ['oxlint/bin/oxlint', '--type-aware'] },
  { name: 'types', command: ['typescript/bin/tsc', '-b'] },
]

/**
 * Runs a step, keeps its output back while it goes well, and says how it went and how long it took.
 * @param {string} node24
 * @param {Step} step
 * @returns {Promise<StepResult>}
 */
export async function runStep(node24, { name, command }) {
  const startedMs = performance.now()
  const { code, output } = await runTool(node24, command, { isQuiet: true })
  if (code !== 0) say(output.trimEnd())
  say(stepLine(name, startedMs, code === 0, lastCount(output)))
  return { isGood: code === 0, output }
}

/**
 * @param {string} node24
 * @param {readonly string[]} command
 * @param {import('./command.mjs').CommandOptions} [options]
 */
export function runTool(node24, [script = '', ...args], options = {}) {
  const colour = process.stderr.isTTY ? { FORCE_COLOR: '1' } : {}
  const env = { ...toolEnvironment(node24), ...colour, ...options.env }
  return run(node24, [inProject('node_modules', script), ...args], { ...options, env })
}

/**
 * @param {string} name
 * @param {number} startedMs
 * @param {boolean} isGood
 * @param {string} [remark]
 */
export function stepLine(name, startedMs, isGood, remark = '') {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  return `${isGood ? '✓' : '✗'} ${name.padEnd(14)} ${seconds.padStart(6)} s  ${remark}`.trimEnd()
}

/** @param {string} output */
function lastCount(output) {
  return output.match(/^\d+ passed, \d+ failed.*$/gm)?.at(-1) ?? ''
}
