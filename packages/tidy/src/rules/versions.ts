import type { Finding, Rule } from '../finding.ts'
import type { Repository, Workspace } from '../repository.ts'

const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/

export const versions: Rule = {
  name: 'versions',
  remedy: 'pin every dependency exactly, at one version across the workspaces.',
  check(repository) {
    const all = allDependencies(repository)
    const ours = new Map(
      repository.workspaces.map(({ name, manifest }) => [name, manifest.version]),
    )
    return all.flatMap((one) => problemOf(one, ours.get(one.name) ?? mostUsed(one.name, all)))
  },
}

interface Dependency {
  readonly file: string
  readonly name: string
  readonly version: string
}

function dependenciesOf({ folder, manifest }: Workspace): Dependency[] {
  const { dependencies, devDependencies, optionalDependencies } = manifest
  const file = folder === '' ? 'package.json' : `${folder}/package.json`
  return [dependencies, devDependencies, optionalDependencies]
    .flatMap((list = {}) => Object.entries(list))
    .map(([name, version]) => ({ file, name, version }))
}

function problemOf({ file, name, version }: Dependency, wanted: string): Finding[] {
  if (!exact.test(version)) return [{ file, problem: `${name} is not exact: ${version}` }]
  if (version === wanted) return []
  return [{ file, problem: `${name} is ${version} here and ${wanted} elsewhere` }]
}

function mostUsed(name: string, all: readonly Dependency[]): string {
  const used = all.filter((one) => one.name === name).map(({ version }) => version)
  const count = (version: string) => used.filter((one) => one === version).length
  return used.toSorted((a, b) => count(b) - count(a))[0] ?? ''
}

const allDependencies = (repository: Repository) =>
  [repository.root, ...repository.workspaces].flatMap(dependenciesOf)
