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
  /** URL of the module that brings a type's behaviour, for loading it in another thread. */
  moduleOf(type: string): string | undefined
  /** Loads the behaviour of these types, importing only the packages that bring them. */
  loadNodeTypes(types: Iterable<string>): Promise<Map<string, NodeType>>
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
  const modules = new Map<string, string>()
  for (const { nodePackage, descriptors: brought } of loaded) {
    for (const descriptor of brought) {
      if (descriptors.has(descriptor.type)) {
        problems.push({ package: nodePackage.name, message: takenMessage(descriptor.type) })
        continue
      }
      descriptors.set(descriptor.type, descriptor)
      modules.set(descriptor.type, nodePackage.module)
    }
  }
  return {
    descriptors,
    packages: found.packages,
    problems,
    moduleOf: (type) => modules.get(type),
    loadNodeTypes: async (types) => importNodeTypes(modulesOf(types, modules)),
  }
}

function takenMessage(type: string): string {
  return `Another package brings the node type "${type}" already; this one is left out`
}

function modulesOf(
  types: Iterable<string>,
  modules: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>()
  for (const type of types) {
    const module = modules.get(type)
    if (module === undefined) {
      throw new CatalogError('NODE_TYPE_UNKNOWN', `The node type "${type}" is not installed`, {
        type,
      })
    }
    wanted.set(type, module)
  }
  return wanted
}
