import type { Finding, Rule } from '../finding.ts'
import { codeFiles, isForTests } from '../paths.ts'
import type { Repository } from '../repository.ts'

const folders = ['sdk', 'flow', 'expression', 'protocol'].map((name) => `packages/${name}/src/`)

/** Node's and the DOM's globals do not exist for these packages: their tsconfig.src.json says so. */
export const platformFree: Rule = {
  name: 'platform-free packages',
  remedy:
    'keep sdk, flow, expression and protocol free of Node and the DOM: take what you need as an argument.',
  check: (repository) => [...nodeImports(repository), ...wideConfigurations(repository)],
}

function nodeImports(repository: Repository): Finding[] {
  const sources = codeFiles(repository).filter(
    (file) => folders.some((folder) => file.startsWith(folder)) && !isForTests(file),
  )
  return sources.flatMap((file) =>
    repository
      .imports(file)
      .filter(({ specifier }) => specifier?.startsWith('node:'))
      .map(({ specifier, line }) => ({ file, line, problem: `imports ${specifier}` })),
  )
}

function wideConfigurations(repository: Repository): Finding[] {
  return folders.flatMap((folder) => {
    const file = folder.replace('src/', 'tsconfig.src.json')
    if (!repository.has(file)) return []
    // Only these two options open the door.
    return /"(types|lib)"/.test(repository.text(file))
      ? [{ file, problem: 'sets "types" or "lib", which lets Node or the DOM in' }]
      : []
  })
}
