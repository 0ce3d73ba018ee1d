import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

// Everything in this folder runs on any Node from 18 on and before anything is installed:
// it may import Node's own modules and its neighbours, nothing else.

/** The root folder of the repository, without a slash at the end. */
export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '')

/** @param {...string} segments */
export const inProject = (...segments) => join(root, ...segments)

export const isWindows = process.platform === 'win32'

/** In CI nothing may be left out: what cannot run fails. */
export const isCi =
  process.env['CI'] !== undefined && !['', '0', 'false'].includes(process.env['CI'])

/** @param {string} text */
export const say = (text) => void process.stderr.write(`${text}\n`)

/** A failure that the person at the terminal can do something about: shown without a stack. */
export class Hint extends Error {}

/**
 * Runs a program of the launcher and turns what it returns or throws into the exit code.
 * @param {() => Promise<number>} program
 */
export async function main(program) {
  try {
    process.exitCode = await program()
  } catch (error) {
    if (!(error instanceof Hint)) throw error
    say(`\nmillrace: ${error.message}`)
    process.exitCode = 1
  }
}
