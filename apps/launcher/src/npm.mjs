import { existsSync } from 'node:fs'
import { run, toolEnvironment } from './command.mjs'
import { isWindows } from './project.mjs'

/**
 * Runs npm, the one that started us where there is one, on a given Node: npm leaves out optional
 * packages whose `engines` do not know the Node that it runs on.
 * @param {string} node
 * @param {readonly string[]} args
 * @param {import('./command.mjs').CommandOptions} [options]
 */
export function npm(node, args, options = {}) {
  const env = { ...toolEnvironment(node), ...options.env }
  const script = process.env['npm_execpath']
  const isOurs = script !== undefined && /npm-cli\.c?js$/.test(script) && existsSync(script)
  if (isOurs) return run(node, [script, ...args], { ...options, env })
  return run(isWindows ? 'npm.cmd' : 'npm', args, { ...options, env, isShell: isWindows })
}
