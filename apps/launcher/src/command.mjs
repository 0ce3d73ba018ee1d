import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, dirname } from 'node:path'
import { inProject, root } from './project.mjs'

/**
 * @typedef {object} CommandOptions
 * @property {NodeJS.ProcessEnv} [env] added to this process's own
 * @property {boolean} [isQuiet] keeps the output back and returns it
 * @property {boolean} [isShell] needed for `.cmd` files on Windows
 * @property {string} [cwd]
 *
 * @typedef {object} CommandResult
 * @property {number} code the exit code; 128 + signal number when a signal ended it
 * @property {string} output both streams, when kept back
 */

const forwardedSignals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * Runs a program to its end in the root folder, with this process's terminal, and passes signals on.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<CommandResult>}
 */
export function run(file, args, { env, isQuiet = false, isShell = false, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: isQuiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell: isShell,
    })
    const stopForwarding = forwardSignals(child)
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      stopForwarding()
      resolve({ code: code ?? 128 + (signal ? constants.signals[signal] : 0), output })
    })
  })
}

/**
 * Node 24 comes first on the path, so that every tool started by a tool gets it too.
 * @param {string} node24
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(node24) {
  const path = process.env['PATH'] ?? ''
  const folders = [dirname(node24), inProject('node_modules', '.bin'), path]
  return { PATH: folders.join(delimiter) }
}

/** @param {import('node:child_process').ChildProcess} child */
function forwardSignals(child) {
  const undo = forwardedSignals.map((signal) => {
    // Ctrl+C in a terminal reaches the whole foreground group: the child has it already.
    const isShared = signal === 'SIGINT' && process.stdin.isTTY
    const forward = () => void (isShared || child.kill(signal))
    process.on(signal, forward)
    return () => process.off(signal, forward)
  })
  return () => undo.forEach((off) => off())
}
