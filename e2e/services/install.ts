import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { fetchJars, hasJars } from './maven.ts'
import { findCommand, mavenOf, packagesOf, serviceMissing, serviceNames } from './program.ts'

// Debian starts a daemon as it installs it, unless this file forbids it.
const policyFile = '/usr/sbin/policy-rc.d'

/** Installs what tests need and is not there, where we may; says what stays away. */
function installMissing(): void {
  const missing = serviceNames.filter((name) => serviceMissing(name) !== undefined)
  if (missing.length === 0) return
  const isAllowed = mayInstall()
  if (isAllowed) installPackages(missing.flatMap(packagesOf))
  installJars(missing)
  say(isAllowed ? '' : 'Not root or no apt-get: no Debian package is installed.', missing)
}

function installPackages(packages: readonly string[]): void {
  process.stderr.write(`Installing ${packages.join(', ')} …\n`)
  const isOurPolicy = forbidDaemons()
  try {
    aptGet(['update'])
    aptGet(['install', '--yes', '--no-install-recommends', ...packages])
  } finally {
    if (isOurPolicy) rmSync(policyFile, { force: true })
  }
}

/** For servers that Debian does not have; these need no root. */
function installJars(names: typeof serviceNames): void {
  const maven = findCommand('mvn')
  if (maven === undefined) return
  for (const server of names.map(mavenOf)) {
    if (server === undefined || hasJars(server)) continue
    process.stderr.write(`Fetching ${server} from Maven …\n`)
    const problem = fetchJars(server, maven)
    if (problem !== undefined) process.stderr.write(`${problem}\n`)
  }
}

const mayInstall = () => process.getuid?.() === 0 && findCommand('apt-get') !== undefined

function forbidDaemons(): boolean {
  if (existsSync(policyFile)) return false
  writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return true
}

function aptGet(args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('apt-get', ['-qq', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (status !== 0) process.stderr.write(`apt-get ${args.join(' ')} failed:\n${stdout}${stderr}\n`)
}

function say(why: string, names: typeof serviceNames): void {
  const reasons = names.map(serviceMissing).filter((reason) => reason !== undefined)
  if (reasons.length > 0) process.stderr.write(`${[why, ...reasons].join('\n')}\n`.trimStart())
}

installMissing()
