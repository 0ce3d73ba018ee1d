import type { AtomicFiles } from './atomic-files.ts'
import { isAbsent, StorageError } from './storage-error.ts'

/**
 * Reads a JSON file of the server's own; undefined where there is none. Rejects with
 * `STORAGE_READ_FAILED` where it is broken, so that nothing is written over it.
 */
export async function readJsonFile(files: AtomicFiles, path: string): Promise<unknown> {
  try {
    const value: unknown = JSON.parse(await files.read(path))
    return value
  } catch (error) {
    if (isAbsent(error)) return undefined
    const reason = error instanceof Error ? error.message : String(error)
    throw new StorageError('STORAGE_READ_FAILED', `Could not read ${path}: ${reason}`, error)
  }
}
