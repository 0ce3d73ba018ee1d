import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toolEnvironment } from './command.mjs'
import { inProject, isWindows } from './project.mjs'
import { startArguments } from './server.mjs'

const stamp = inProject('node_modules', '.millrace-compiled')
const ports = ['--port', '0', '--flow-port', '0', '--broker-port', '0']
const runForMs = 3_000
const giveUpMs = 20_000

/**
 * Lets the server run for a moment where it never did, with the demo flow in a folder that is
 * thrown away. What it compiles is kept, so the first start is as fast and small as all others.
 * @param {string} node24
 */
export async function ensureCompiled(node24) {
  // A server is ended there without a chance to write.
  if (existsSync(stamp) || isWindows) return
  const folder = mkdtempSync(join(tmpdir(), 'millrace-first-'))
  try {
    await runForAMoment(node24, folder)
    writeFileSync(stamp, '')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * A server that cannot start is no reason to stop here: the real start tells why.
 * @param {string} node24
 * @param {string} folder
 * @returns {Promise<void>}
 */
function runForAMoment(node24, folder) {
  const child = spawn(node24, startArguments([...ports, '--user-dir', folder]), {
    env: { ...process.env, ...toolEnvironment(node24) },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  child.stdout.once('data', () => void setTimeout(() => child.kill('SIGTERM'), runForMs))
  const limit = setTimeout(() => child.kill('SIGKILL'), giveUpMs)
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(limit)
      resolve()
    }
    child.once('error', end)
    child.once('exit', end)
  })
}
