import type { Finding, Rule } from '../finding.ts'
import {
  codeFiles,
  isPackage,
  isRelative,
  packageOf,
  resolveRelative,
  workspaceOf,
} from '../paths.ts'
import type { Repository } from '../repository.ts'

export const throughExports: Rule = {
  name: 'through exports',
  remedy: 'import another package by its name and through an entry of its "exports".',
  check: (repository) => codeFiles(repository).flatMap((file) => findIn(file, repository)),
}

function findIn(file: string, repository: Repository): Finding[] {
  return repository.imports(file).flatMap(({ specifier, line }) => {
    const problem = specifier === undefined ? undefined : problemOf(file, specifier, repository)
    return problem === undefined ? [] : [{ file, line, problem }]
  })
}

function problemOf(file: string, specifier: string, repository: Repository): string | undefined {
  const own = workspaceOf(file, repository)
  if (isRelative(specifier)) {
    const target = resolveRelative(file, specifier)
    if (workspaceOf(target, repository) === own) return undefined
    return `${specifier} leads out of ${own.folder === '' ? 'the root' : own.folder}`
  }
  if (!isPackage(specifier)) return undefined
  const other = repository.workspaces.find(({ name }) => name === packageOf(specifier))
  if (other === undefined) return undefined
  const entry = `.${specifier.slice(other.name.length)}`
  if (other.manifest.exports?.[entry] !== undefined) return undefined
  return `${other.name} exports nothing as "${entry}"`
}
