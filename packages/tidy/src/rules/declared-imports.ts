import type { Finding, Rule } from '../finding.ts'
import { codeFiles, isPackage, isTest, packageOf, workspaceOf } from '../paths.ts'
import type { Manifest, Repository, Workspace } from '../repository.ts'

export const declaredImports: Rule = {
  name: 'declared imports',
  remedy:
    'list the package in the dependencies of the manifest beside the code (devDependencies will do for a test).',
  check: (repository) => codeFiles(repository).flatMap((file) => findIn(file, repository)),
}

function findIn(file: string, repository: Repository): Finding[] {
  const own = workspaceOf(file, repository)
  const listed = new Set(listedFor(file, own, repository.root.manifest))
  return repository.imports(file).flatMap(({ specifier, isType, line }) => {
    if (specifier === undefined || !isPackage(specifier)) return []
    const wanted = packageOf(specifier)
    if (wanted === own.name || listed.has(wanted)) return []
    if (isType && development(own.manifest).includes(`@types/${wanted}`)) return []
    return [{ file, line, problem: `${specifier} is not listed in ${own.folder}/package.json` }]
  })
}

function listedFor(file: string, { folder, manifest }: Workspace, root: Manifest): string[] {
  const { dependencies = {}, peerDependencies = {} } = manifest
  const product = [...Object.keys(dependencies), ...Object.keys(peerDependencies)]
  // A file beside the manifest configures or builds: it is not part of the package.
  const isBeside = !file.slice(folder.length + 1).includes('/')
  const isDevelopment = isTest(file) || isBeside || folder.startsWith('e2e')
  if (!isDevelopment && !isOwnTesting(file, manifest)) return product
  return [...product, ...development(manifest, root)]
}

/** What a package keeps for its own tests, unlike the `testing` that the sdk exports. */
function isOwnTesting(file: string, { exports = {} }: Manifest): boolean {
  const isExported = Object.values(exports).some((entry) => entry.includes('/testing/'))
  return file.includes('/testing/') && !isExported
}

function development(...manifests: readonly Manifest[]): string[] {
  return manifests.flatMap(({ devDependencies = {} }) => Object.keys(devDependencies))
}
