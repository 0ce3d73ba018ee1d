import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Servers that Debian does not have: what they are made of is in a pom.xml beside this file. */
export type MavenServer = 'kafka' | 'apicurio'

/** One is many jars, the other comes packed. */
const goals = { kafka: 'copy-dependencies', apicurio: 'unpack-dependencies' } as const

/** Where the jars of a server are, or will be; another pom.xml, another folder. */
export function jarsOf(server: MavenServer): string {
  const hash = createHash('sha256')
    .update(readFileSync(pomOf(server)))
    .digest('hex')
  return join(cacheFolder(), `${server}-${hash.slice(0, 12)}`)
}

export function hasJars(server: MavenServer): boolean {
  return existsSync(jarsOf(server))
}

/** Has Maven copy them there. Says what went wrong, or nothing. */
export function fetchJars(server: MavenServer, maven: string): string | undefined {
  const target = jarsOf(server)
  mkdirSync(cacheFolder(), { recursive: true })
  // Complete or not there at all.
  const partial = mkdtempSync(join(cacheFolder(), `${server}-partial-`))
  const goal = `org.apache.maven.plugins:maven-dependency-plugin:3.6.1:${goals[server]}`
  const options = [`-DoutputDirectory=${partial}`, '-DincludeScope=runtime']
  const { status, stdout, stderr } = spawnSync(
    maven,
    ['-q', '-B', '-f', pomOf(server), goal, ...options],
    { encoding: 'utf8' },
  )
  if (status === 0) {
    if (!existsSync(target)) renameSync(partial, target)
    return undefined
  }
  rmSync(partial, { recursive: true, force: true })
  return `mvn for ${server} failed:\n${stdout}${stderr}`
}

function pomOf(server: MavenServer): string {
  return fileURLToPath(new URL(`${server}/pom.xml`, import.meta.url))
}

function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return join(cache, 'millrace', 'services')
}
