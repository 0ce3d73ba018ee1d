import { loadNodeTypes, openCatalog } from '@millrace/catalog'
import type { NodeType } from '@millrace/sdk'

/** Node types as the server loads them, by type name. */
export async function installedTypes(
  names: Iterable<string>,
): Promise<ReadonlyMap<string, NodeType>> {
  const manifest = new URL('../apps/server/package.json', import.meta.url).href
  const { nodePackages } = await openCatalog({ manifest })
  return loadNodeTypes(names, nodePackages)
}
