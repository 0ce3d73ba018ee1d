import type { Finding, Rule } from '../finding.ts'
import { codeFiles, isPackage, isRelative, isTest, packageOf, resolveRelative } from '../paths.ts'
import type { Repository } from '../repository.ts'

const model = 'apps/editor/src/model/'
const withReact = new Set([
  'react',
  'react-dom',
  '@xyflow/react',
  'lucide-react',
  'radix-ui',
  'cmdk',
])

export const reactFreeModel: Rule = {
  name: 'model without React',
  remedy:
    'keep the editor model runnable without a browser: let React depend on the model, never the other way round.',
  check: (repository) =>
    codeFiles(repository)
      .filter((file) => file.startsWith(model) && !isTest(file))
      .flatMap((file) => findIn(file, repository)),
}

function findIn(file: string, repository: Repository): Finding[] {
  return repository.imports(file).flatMap(({ specifier = '', line }) => {
    const way = wayToReact(file, specifier, { repository, seen: new Set() })
    return way === undefined ? [] : [{ file, line, problem: `reaches React by ${way.join(' → ')}` }]
  })
}

interface Search {
  readonly repository: Repository
  readonly seen: Set<string>
}

function wayToReact(file: string, specifier: string, search: Search): string[] | undefined {
  if (isPackage(specifier)) return isReact(specifier) ? [specifier] : undefined
  const target = isRelative(specifier) ? resolveRelative(file, specifier) : ''
  if (!search.repository.has(target) || !/\.tsx?$/.test(target) || search.seen.has(target)) {
    return undefined
  }
  search.seen.add(target)
  for (const next of search.repository.imports(target)) {
    const way = wayToReact(target, next.specifier ?? '', search)
    if (way !== undefined) return [target, ...way]
  }
  return undefined
}

/** zustand's main entry is a React hook; `zustand/vanilla` is not. */
const isReact = (specifier: string) =>
  withReact.has(packageOf(specifier)) || ['zustand', 'zustand/react'].includes(specifier)
