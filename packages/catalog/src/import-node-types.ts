import type { NodeType } from '@millrace/sdk'
import { CatalogError } from './catalog-error.ts'
import { isRecord } from './is-record.ts'

/**
 * Imports the behaviour of node types from the modules that bring them, each module once. Takes
 * the URL of the module by type.
 */
export async function importNodeTypes(
  modules: ReadonlyMap<string, string>,
): Promise<Map<string, NodeType>> {
  const loaded = await Promise.all(
    [...modules].map(async ([type, url]) => [type, await importNodeType(type, url)] as const),
  )
  return new Map(loaded)
}

async function importNodeType(type: string, url: string): Promise<NodeType> {
  const list = await importList(type, url)
  const found = list.find(
    (item) => isRecord(item) && isRecord(item['descriptor']) && item['descriptor']['type'] === type,
  )
  if (isNodeType(found)) return found
  throw broken(type, new Error('The package brings its descriptor but not its behaviour'))
}

async function importList(type: string, url: string): Promise<readonly unknown[]> {
  try {
    const module: unknown = await import(url)
    const list = isRecord(module) ? module['nodeTypes'] : undefined
    if (Array.isArray(list)) return list
    throw new Error('The package exports no list called "nodeTypes"')
  } catch (error) {
    throw broken(type, error)
  }
}

function broken(type: string, cause: unknown): CatalogError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `The node type "${type}" cannot be loaded: ${reason}`
  return new CatalogError('NODE_TYPE_BROKEN', message, { type, cause })
}

/** A note has no behaviour; a connection opens, everything else is created. */
function isNodeType(value: unknown): value is NodeType {
  if (!isRecord(value) || !isRecord(value['descriptor'])) return false
  const { kind } = value['descriptor']
  if (kind === 'note') return true
  return typeof value[kind === 'connection' ? 'open' : 'create'] === 'function'
}
