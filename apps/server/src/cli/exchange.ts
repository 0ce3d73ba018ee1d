import { writeFile } from 'node:fs/promises'
import { openCatalog } from '@millrace/catalog'
import { UsageError } from '../config/settings.ts'
import { exportBundle } from '../exchange/export-bundle.ts'
import { importBundle } from '../exchange/import-bundle.ts'
import { SavedFlows } from '../flows/saved-flows.ts'
import { realDisk } from '../storage/disk.ts'
import { openUserDirectory } from '../storage/user-directory.ts'
import type { UserDirectory } from '../storage/user-directory.ts'
import { line, readBundle } from './check.ts'
import type { Surroundings } from './surroundings.ts'

/** Writes flows as a bundle. Reads beside a running server. */
export async function exportFlows(
  options: {
    readonly flows: readonly string[]
    readonly output: string | undefined
    readonly userDirectory: string
  },
  surroundings: Surroundings,
): Promise<number> {
  const { directory, saved, nodeTypes } = await open(options.userDirectory, surroundings, false)
  const names = options.flows.length > 0 ? options.flows : saved.names()
  const unknown = names.find((name) => !saved.has(name))
  if (unknown !== undefined)
    throw new UsageError(`There is no flow "${unknown}" in ${directory.path}`)
  const flows = names.map((name) => saved.get(name).flow)
  const sources = {
    connections: directory.connections.all(),
    secrets: directory.secrets.list(),
    nodeTypes,
    tests: await directory.tests.readSome(names),
  }
  const text = `${JSON.stringify(exportBundle(flows, sources), null, 2)}\n`
  if (options.output === undefined) surroundings.print(text.trimEnd())
  else await writeFile(options.output, text)
  return 0
}

/** Adds flows and connections to a user directory that no server uses. */
export async function importFlows(
  options: { readonly file: string; readonly userDirectory: string },
  surroundings: Surroundings,
): Promise<number> {
  const { bundle, problems } = await readBundle(options.file)
  if (!bundle) {
    for (const problem of problems) surroundings.note(line(options.file, '', problem))
    return 1
  }
  const { directory, saved, nodeTypes } = await open(options.userDirectory, surroundings, true)
  try {
    const { connections, tests } = directory
    const result = await importBundle(bundle, { saved, connections, tests, nodeTypes })
    for (const { name, importedAs } of result.flows) {
      surroundings.print(name === importedAs ? `Added ${name}` : `Added ${name} as ${importedAs}`)
    }
    for (const { owner, field } of result.secretsMissing) {
      surroundings.note(`Still to be set: the secret ${field} of ${owner}`)
    }
    for (const problem of result.problems)
      surroundings.note(line(options.file, problem.flow, problem))
    return 0
  } finally {
    await directory.close()
  }
}

async function open(path: string, { manifest }: Surroundings, isLocked: boolean) {
  const [directory, catalog] = await Promise.all([
    openUserDirectory({ path, disk: realDisk, isLocked }),
    openCatalog({ manifest }),
  ])
  const saved = await openSaved(directory, catalog.descriptors)
  return { directory, saved, nodeTypes: catalog.descriptors }
}

async function openSaved(
  { flows: files, connections, secrets }: UserDirectory,
  nodeTypes: ConstructorParameters<typeof SavedFlows>[0]['nodeTypes'],
): Promise<SavedFlows> {
  const saved = new SavedFlows({ files, connections, secrets, nodeTypes })
  await saved.open()
  return saved
}
