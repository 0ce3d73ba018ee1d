import { join } from 'node:path'
import { NodeError } from '@millrace/sdk'

/** The folder with the stores of all flows, as the host of the flow says by its environment. */
export function storeFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const folder = environment['MILLRACE_STORE']
  if (folder !== undefined && folder !== '') return folder
  throw new NodeError('STORE_NO_FOLDER', 'There is no folder for stores here.')
}

/** Each flow writes a file of its own, so that what is wrong with one harms no other. */
export function storePath(folder: string, flow: string): string {
  return join(folder, `${flow}.sqlite`)
}
