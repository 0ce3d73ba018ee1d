import { basename, dirname, resolve } from 'node:path'
import type { Bundle } from '@millrace/flow'
import { AtomicFiles } from '../storage/atomic-files.ts'
import { ConnectionFiles } from '../storage/connection-files.ts'
import { realDisk } from '../storage/disk.ts'

/**
 * A flow in a user directory, `flows/<name>.json`, with the connections of that directory; any other
 * file as it is. Nothing is written.
 */
export async function withConnectionsBeside(file: string, bundle: Bundle): Promise<Bundle> {
  const folder = dirname(resolve(file))
  if (basename(folder) !== 'flows' || bundle.connections.length > 0) return bundle
  const beside = new ConnectionFiles(new AtomicFiles(realDisk, { isOwner: false }), dirname(folder))
  // Without that folder there are none; one that cannot be read is missing where it is used.
  await beside.open().catch(() => undefined)
  const connections = [...beside.all().values()]
  return connections.length === 0 ? bundle : { ...bundle, connections }
}
