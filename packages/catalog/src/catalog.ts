import type { NodeType } from '@millrace/sdk'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { CatalogError } from './catalog-error.ts'
import { findNodePackages } from './find-packages.ts'
import type { NodePackage } from './find-packages.ts'
import { importNodeTypes } from './import-node-types.ts'
import { loadDescriptors } from './load-descriptors.ts'

/** A node package, or one of its node types, that cannot be used, and why. */
export interface PackageProblem {
  readonly package: string
  readonly message: string
}

/** All installed node types. */
export interface Catalog {
  /** By type; with `help` where the package brings a `help.md`. */
  readonly descriptors: ReadonlyMap<string, Descriptor>
  readonly packages: readonly NodePackage[]
  /** What was left out; never a reason not to start. */
  readonly problems: readonly PackageProblem[]
  /** Which module brings which types, a text a package: for `loadNodeTypes` in another thread. */
  readonly nodePackages: readonly string[]
}

/**
 * Loads the behaviour of these types, importing only the packages that bring them. Rejects with a
 * `CatalogError`. `nodePackages` is `Catalog.nodePackages`.
 */
export async function loadNodeTypes(
  types: Iterable<string>,
  nodePackages: readonly string[],
): Promise<Map<string, NodeType>> {
  const modules = readModules(nodePackages)
  return importNodeTypes(new Map(Array.from(types, (type) => [type, moduleOf(type, modules)])))
}

/**
 * Finds the node packages among the dependencies of the package at `manifest` (a `package.json`,
 * as a URL) and loads their descriptors, but none of their behaviour.
 */
export async function openCatalog(options: { readonly manifest: string }): Promise<Catalog> {
  const found = await findNodePackages(options.manifest)
  const loaded = await Promise.all(found.packages.map(loadDescriptors))
  const problems = [...found.problems, ...loaded.flatMap((result) => result.problems)]
  const descriptors = new Map<string, Descriptor>()
  for (const { nodePackage, descriptors: brought } of loaded) {
    for (const descriptor of brought) {
      const isTaken = descriptors.has(descriptor.type)
      if (isTaken)
        problems.push({ package: nodePackage.name, message: takenMessage(descriptor.type) })
      else descriptors.set(descriptor.type, descriptor)
    }
  }
  const nodePackages = loaded.map((result) =>
    writeModule(result.nodePackage.module, result.descriptors),
  )
  return { descriptors, packages: found.packages, problems, nodePackages }
}

function takenMessage(type: string): string {
  return `Another package brings the node type "${type}" already; this one is left out`
}

/** The URL of a module with the types that it brings as its fragment. */
function writeModule(url: string, descriptors: readonly Descriptor[]): string {
  return `${url}#${descriptors.map(({ type }) => encodeURIComponent(type)).join(',')}`
}

function readModules(nodePackages: readonly string[]): ReadonlyMap<string, string> {
  const modules = new Map<string, string>()
  for (const text of nodePackages) {
    const end = text.lastIndexOf('#')
    for (const encoded of text.slice(end + 1).split(',')) {
      const type = decodeURIComponent(encoded)
      if (!modules.has(type)) modules.set(type, text.slice(0, end))
    }
  }
  return modules
}

function moduleOf(type: string, modules: ReadonlyMap<string, string>): string {
  const url = modules.get(type)
  if (url !== undefined) return url
  throw new CatalogError('NODE_TYPE_UNKNOWN', `The node type "${type}" is not installed`, { type })
}
