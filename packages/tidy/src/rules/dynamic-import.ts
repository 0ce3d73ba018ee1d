import type { Finding, Rule } from '../finding.ts'
import { codeFiles, isTest } from '../paths.ts'
import type { Import, Repository } from '../repository.ts'

export const dynamicImport: Rule = {
  name: 'dynamic import',
  remedy:
    'import statically; only the catalog loads code that is not known beforehand, and the editor parts of itself.',
  check: (repository) =>
    codeFiles(repository)
      .filter((file) => !isTest(file) && !isFree(file))
      .flatMap((file) => findIn(file, repository)),
}

/** A bin, like the launcher, chooses the Node that its program runs on before it loads it. */
const isFree = (file: string) =>
  /^(packages\/catalog|e2e|apps\/launcher|apps\/server\/bin)\//.test(file)

function findIn(file: string, repository: Repository): Finding[] {
  const dynamic = repository.imports(file).filter(({ isDynamic }) => isDynamic)
  return dynamic
    .filter((one) => !isOwnChunk(file, one))
    .map(({ specifier, line }) => ({
      file,
      line,
      problem: `import(${specifier === undefined ? '…' : `'${specifier}'`}) at run time`,
    }))
}

const isOwnChunk = (file: string, { specifier }: Import) =>
  file.startsWith('apps/editor/src/') && specifier !== undefined
