import { parseSource, type Call, type Import } from './source.ts'

export type { Call, Import } from './source.ts'

export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly exports?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** The root (folder `''`) or one of its workspaces. */
export interface Workspace {
  readonly folder: string
  readonly name: string
  readonly manifest: Manifest
}

/** The repository as the rules see it: paths and texts. Paths have no slash in front. */
export interface Repository {
  readonly files: readonly string[]
  readonly root: Workspace
  readonly workspaces: readonly Workspace[]
  has(file: string): boolean
  text(file: string): string
  imports(file: string): readonly Import[]
  calls(file: string): readonly Call[]
}

/** Makes a repository of files and their texts; they are read and parsed when a rule asks. */
export function repositoryOf(
  files: readonly string[],
  readText: (file: string) => string,
): Repository {
  const known = new Set(files)
  const text = remember(readText)
  const parsed = remember((file) => parseSource(file, text(file)))
  const manifestOf = (file: string) => JSON.parse(text(file)) as Manifest // npm checks its shape
  const workspaces = files
    .filter((file) => file.endsWith('/package.json'))
    .map((file) => workspaceAt(file.slice(0, -'/package.json'.length), manifestOf(file)))
  return {
    files,
    root: workspaceAt('', known.has('package.json') ? manifestOf('package.json') : {}),
    workspaces,
    has: (file) => known.has(file),
    text,
    imports: (file) => parsed(file).imports,
    calls: (file) => parsed(file).calls(),
  }
}

function workspaceAt(folder: string, manifest: Manifest): Workspace {
  return { folder, name: manifest.name ?? folder, manifest }
}

function remember<Value>(read: (file: string) => Value): (file: string) => Value {
  const known = new Map<string, Value>()
  return (file) => {
    const value = known.get(file) ?? read(file)
    known.set(file, value)
    return value
  }
}
