import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { anyNode24, ensureNode } from './node24.mjs'
import { npm } from './npm.mjs'
import { Hint, inProject, say } from './project.mjs'

const lockfile = inProject('package-lock.json')
// npm writes this one last: without it an installation was cut short.
const npmStamp = inProject('node_modules', '.package-lock.json')
const stamp = inProject('node_modules', '.millrace-installed')

/**
 * Installs the packages when they are absent, incomplete or older than the lockfile.
 * @returns the path of the Node 24 among them
 */
export async function ensureInstalled() {
  if (!isInstalled()) await install()
  return ensureNode()
}

async function install() {
  const isFirst = !existsSync(npmStamp)
  const node24 = await anyNode24()
  say(isFirst ? 'Installing packages (this once, about a minute) …' : 'Updating packages …')
  const startedMs = Date.now()
  // Not `npm ci`: that would remove the Node 24 that may be running this.
  const options = ['--no-save', '--ignore-scripts', '--include=dev', '--include=optional']
  const { code } = await npm(node24, ['install', ...options, '--loglevel=error'])
  if (code !== 0) throw new Hint(explain(code))
  writeFileSync(stamp, lockHash())
  say(`Packages installed in ${((Date.now() - startedMs) / 1000).toFixed(1)} s.`)
}

function isInstalled() {
  if (!existsSync(npmStamp)) return false
  const hash = lockHash()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return true
  // Somebody ran npm by hand after the lockfile changed.
  if (statSync(npmStamp).mtimeMs < statSync(lockfile).mtimeMs) return false
  writeFileSync(stamp, hash)
  return true
}

const lockHash = () => createHash('sha256').update(readFileSync(lockfile)).digest('hex')

/** @param {number} code */
function explain(code) {
  return `npm could not install the packages (exit code ${code}; its own words are above). Usual reasons:
  - no way to the npm registry: check the network, a proxy (npm config get proxy) and npm config get registry
  - no permission or no space for ${inProject('node_modules')} (it needs about 600 MB)
  - a half-done earlier installation: remove node_modules and try again`
}
