import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { npm } from './npm.mjs'
import { Hint, inProject, say } from './project.mjs'

const lockfile = inProject('package-lock.json')
// npm writes this one last: without it an installation was cut short.
const npmStamp = inProject('node_modules', '.package-lock.json')
const stamp = inProject('node_modules', '.millrace-installed')

/** Installs the packages when they are absent, incomplete or older than the lockfile. */
export async function ensureInstalled() {
  if (isInstalled()) return
  const isFirst = !existsSync(npmStamp)
  say(
    isFirst ? 'Installing packages (the first time takes about a minute) …' : 'Updating packages …',
  )
  const startedMs = Date.now()
  // Not `npm ci`: that would remove the Node 24 that may be running this.
  const { code } = await npm([
    'install',
    '--no-save',
    '--loglevel=error',
    '--include=dev',
    '--include=optional',
  ])
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
