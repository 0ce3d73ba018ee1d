import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { check } from './cli/check.ts'
import { exportFlows, importFlows } from './cli/exchange.ts'
import { parseCommand, usage } from './cli/parse-command.ts'
import type { Command } from './cli/parse-command.ts'
import { run } from './cli/run.ts'
import { start } from './cli/start.ts'
import type { Surroundings } from './cli/surroundings.ts'
import { test } from './cli/test.ts'
import { readVersion } from './cli/version.ts'
import { UsageError } from './config/settings.ts'
import { Refusal } from './refusal.ts'
import { StorageError } from './storage/storage-error.ts'

/** Files that Docker and Podman put into every container. */
const containerMarks = ['/.dockerenv', '/run/.containerenv']
const manifest = new URL('../package.json', import.meta.url).href

async function main(): Promise<number> {
  const surroundings: Surroundings = {
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    version: readVersion(manifest),
    manifest,
    editorFolder: fileURLToPath(new URL('../../editor/dist', import.meta.url)),
    environment: process.env,
    isContainer: () => containerMarks.some((path) => existsSync(path)),
    print: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    interrupted: interruption(),
  }
  // Whoever reads the output may go away; a promise that nobody waits for ends no server.
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
  process.on('unhandledRejection', (error) => surroundings.note(`Unforeseen: ${String(error)}`))
  try {
    return await execute(parseCommand(process.argv.slice(2), process.env), surroundings)
  } catch (error) {
    if (!isExpected(error)) throw error
    surroundings.note(`millrace: ${error.message}`)
    if (error instanceof UsageError) surroundings.note('millrace help lists all commands.')
    return error instanceof UsageError ? 2 : 1
  }
}

async function execute(command: Command, surroundings: Surroundings): Promise<number> {
  switch (command.kind) {
    case 'start':
      return start(command.settings, surroundings)
    case 'check':
      return check(command.files, surroundings)
    case 'test':
      return test(command.files, surroundings)
    case 'run':
      return run(command.file, command.settings, surroundings)
    case 'export':
      return exportFlows(command, surroundings)
    case 'import':
      return importFlows(command, surroundings)
    case 'version':
      surroundings.print(surroundings.version)
      return 0
    case 'help':
      surroundings.print(usage)
      return 0
  }
}

/** The first signal asks the process to end, drained; the second ends it at once. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (isAsked) process.exit(130)
        isAsked = true
        resolve()
      })
    }
  })
}

function isExpected(error: unknown): error is Error {
  return error instanceof UsageError || error instanceof StorageError || error instanceof Refusal
}

process.exit(await main())
