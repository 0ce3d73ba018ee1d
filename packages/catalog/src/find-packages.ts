import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { PackageProblem } from './catalog.ts'
import { isRecord } from './is-record.ts'

/** An installed npm package that brings node types. */
export interface NodePackage {
  readonly name: string
  readonly version: string
  /** URL of the module with the descriptors alone. */
  readonly descriptorsModule: string
  /** URL of the module with the behaviour. */
  readonly module: string
}

export interface FoundPackages {
  readonly packages: readonly NodePackage[]
  readonly problems: readonly PackageProblem[]
}

/** Node packages are the dependencies whose manifest says `"millrace": { "nodes": true }`. */
export async function findNodePackages(manifest: string): Promise<FoundPackages> {
  const root: unknown = JSON.parse(await readFile(new URL(manifest), 'utf8'))
  const dependencies = isRecord(root) && isRecord(root['dependencies']) ? root['dependencies'] : {}
  const names = Object.keys(dependencies)
  const results = await Promise.all(names.map(async (name) => inspect(name, manifest)))
  return {
    packages: results.flatMap((result) => result.packages),
    problems: results.flatMap((result) => result.problems),
  }
}

const nothing: FoundPackages = { packages: [], problems: [] }

async function inspect(name: string, manifest: string): Promise<FoundPackages> {
  try {
    const path = findPackageJSON(name, manifest)
    if (path === undefined) return nothing
    const found: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!isRecord(found) || !isRecord(found['millrace']) || found['millrace']['nodes'] !== true) {
      return nothing
    }
    return { packages: [nodePackageOf(name, found, pathToFileURL(path))], problems: [] }
  } catch (error) {
    // A dependency that is not there fails where it is imported, if it is; here it only brings nothing.
    if (isMissing(error)) return nothing
    return { packages: [], problems: [{ package: name, message: String(error) }] }
  }
}

function isMissing(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || code === 'ENOENT'
}

function nodePackageOf(name: string, manifest: Record<string, unknown>, url: URL): NodePackage {
  const { version, exports } = manifest
  return {
    name,
    version: typeof version === 'string' ? version : '0.0.0',
    descriptorsModule: new URL(entry(exports, './descriptors'), url).href,
    module: new URL(entry(exports, '.'), url).href,
  }
}

const conditions = ['millrace', 'import', 'node', 'default']

/** The file that `exports` names for an entry; the conditions are those of an import. */
function entry(exports: unknown, name: string): string {
  let target = isRecord(exports) ? exports[name] : undefined
  while (isRecord(target)) {
    const options: Record<string, unknown> = target
    target = conditions.map((condition) => options[condition]).find((path) => path !== undefined)
  }
  if (typeof target === 'string' && target.startsWith('./')) return target
  throw new Error(`Its package.json exports no "${name}"`)
}
