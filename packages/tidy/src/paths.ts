import type { Repository, Workspace } from './repository.ts'

/** Files with code in them that is ours. */
export function codeFiles(repository: Repository): string[] {
  return repository.files.filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.endsWith('.d.ts'))
}

export const isTest = (file: string) => /\.(test|spec|bench)\.tsx?$/.test(file)

/** Tests, and what is there for tests to use. */
export const isForTests = (file: string) => isTest(file) || file.includes('/testing/')

/** The innermost workspace that a file belongs to; the root for a file of the root folder. */
export function workspaceOf(file: string, { root, workspaces }: Repository): Workspace {
  const around = workspaces.filter(({ folder }) => file.startsWith(`${folder}/`))
  return around.toSorted((a, b) => b.folder.length - a.folder.length)[0] ?? root
}

/** `@scope/name/sub` → `@scope/name`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

/** Neither a path nor one of Node's own modules. */
export const isPackage = (specifier: string) => !/^(\.|\/|node:|#|virtual:)/.test(specifier)

export const isRelative = (specifier: string) => specifier.startsWith('.')

/** Where a relative import leads; it may lead out of the repository. */
export function resolveRelative(file: string, specifier: string): string {
  const parts = file.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}
