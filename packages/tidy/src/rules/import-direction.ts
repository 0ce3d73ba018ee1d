import { mayImport } from '../drawing.ts'
import type { Finding, Rule } from '../finding.ts'
import { codeFiles, isPackage, isTest, packageOf, workspaceOf } from '../paths.ts'
import type { Import, Repository } from '../repository.ts'

export const importDirection: Rule = {
  name: 'import direction',
  remedy:
    'import only what the drawing "Who may import whom" allows, or move the code to where it belongs.',
  check: (repository) =>
    codeFiles(repository)
      .filter((file) => !isTest(file))
      .flatMap((file) => findIn(file, repository)),
}

function findIn(file: string, repository: Repository): Finding[] {
  const { folder } = workspaceOf(file, repository)
  const allowed = mayImport(folder)
  if (allowed === undefined) return []
  const ours = new Set(repository.workspaces.map(({ name }) => name))
  return repository.imports(file).flatMap((one) => {
    const { specifier = '', line } = one
    if (!isPackage(specifier) || !ours.has(packageOf(specifier))) return []
    if (packageOf(specifier) === workspaceOf(file, repository).name) return []
    if (isAllowed(one, allowed)) return []
    return [{ file, line, problem: `${folder} may not import ${specifier}` }]
  })
}

function isAllowed({ specifier = '', isType }: Import, allowed: readonly string[]): boolean {
  const name = packageOf(specifier)
  if (allowed.includes(name) || allowed.includes(specifier)) return true
  return isType && allowed.some((entry) => packageOf(entry) === name)
}
