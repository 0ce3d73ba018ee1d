import type { Finding, Rule } from '../finding.ts'
import type { Repository } from '../repository.ts'

const file = 'package-lock.json'

interface LockedPackage {
  readonly version?: string
  readonly resolved?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

type Locked = Readonly<Record<string, LockedPackage>>

/** npm ci refuses a lockfile that does not name every platform's packages or is not up to date. */
export const lockfile: Rule = {
  name: 'lockfile',
  remedy:
    'run npm install and commit package-lock.json; take over from git the platform packages that your registry lacks.',
  check(repository) {
    if (!repository.has(file)) return []
    // npm writes this file; its documented shape.
    const { packages } = JSON.parse(repository.text(file)) as { packages: Locked }
    return [...hosts(packages), ...lacking(packages), ...outdated(packages, repository)]
  },
}

function hosts(packages: Locked): Finding[] {
  return Object.entries(packages)
    .filter(([, { resolved }]) => resolved !== undefined && /^[a-z+]+:\/\//.test(resolved))
    .map(([name]) => ({ file, problem: `${name} names the host that it came from` }))
}

function lacking(packages: Locked): Finding[] {
  return Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !isLocked(name, place, packages))
      .map((name) => ({ file, problem: `${place} may need ${name}, which is not locked` })),
  )
}

/** npm looks in the node_modules of the package itself and of every folder above it. */
function isLocked(name: string, place: string, packages: Locked): boolean {
  if (packages[`${place}/node_modules/${name}`.replace(/^\//, '')] !== undefined) return true
  if (place === '') return false
  const above = place.lastIndexOf('/node_modules/')
  return isLocked(name, above < 0 ? '' : place.slice(0, above), packages)
}

function outdated(packages: Locked, repository: Repository): Finding[] {
  return [repository.root, ...repository.workspaces].flatMap(({ folder, manifest }) => {
    const locked = packages[folder]
    if (locked === undefined) return [{ file, problem: `${folder} is not locked` }]
    const kinds = ['dependencies', 'devDependencies'] as const
    return kinds
      .filter((kind) => textOf(locked[kind]) !== textOf(manifest[kind]))
      .map((kind) => ({ file, problem: `differs from ${folder}/package.json in its ${kind}` }))
  })
}

function textOf(list: Readonly<Record<string, string>> = {}): string {
  return Object.entries(list)
    .map(([name, version]) => `${name}@${version}`)
    .toSorted()
    .join(' ')
}
