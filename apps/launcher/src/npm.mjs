import { existsSync } from 'node:fs'
import { run } from './command.mjs'
import { isWindows } from './project.mjs'

/**
 * Runs npm: the one that started us where there is one, else the one on the path.
 * @param {readonly string[]} args
 * @param {import('./command.mjs').CommandOptions} [options]
 */
export function npm(args, options = {}) {
  const script = process.env['npm_execpath']
  const isOurs = script !== undefined && /npm-cli\.c?js$/.test(script) && existsSync(script)
  if (isOurs) return run(process.execPath, [script, ...args], options)
  return run(isWindows ? 'npm.cmd' : 'npm', args, { ...options, isShell: isWindows })
}
