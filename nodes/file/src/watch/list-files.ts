import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { NodeError } from '@millrace/sdk'
import { lookOf } from '../files/open-file.ts'
import type { FileLook } from '../files/open-file.ts'

export interface Listing {
  readonly folder: string
  readonly isDeep: boolean
  readonly filesMax: number
  readonly matches: (name: string) => boolean
  /** Whether flows may read it; asked for links only. */
  readonly isAllowed: (path: string) => boolean
}

const depthMax = 8

/** The plain files by their path within the folder. Throws where there are too many. */
export function listFiles(listing: Listing): ReadonlyMap<string, FileLook> {
  const found = new Map<string, FileLook>()
  addFiles(listing, { within: '', depth: 0, found })
  return found
}

interface Level {
  readonly within: string
  readonly depth: number
  readonly found: Map<string, FileLook>
}

function addFiles(listing: Listing, { within, depth, found }: Level): void {
  const { folder, isDeep, filesMax, matches, isAllowed } = listing
  for (const entry of readdirSync(join(folder, within), { withFileTypes: true })) {
    const path = join(within, entry.name)
    const place = join(folder, path)
    // Links to folders are not followed: they may lead in a circle.
    if (entry.isDirectory() && isDeep && depth < depthMax && !entry.name.startsWith('.')) {
      addFiles(listing, { within: path, depth: depth + 1, found })
    }
    if (!matches(entry.name) || (entry.isSymbolicLink() ? !isAllowed(place) : !entry.isFile())) {
      continue
    }
    const stats = statSync(place, { bigint: true, throwIfNoEntry: false })
    if (stats?.isFile() !== true) continue
    found.set(path, lookOf(stats))
    if (found.size > filesMax) throw tooMany(folder, filesMax)
  }
}

function tooMany(folder: string, filesMax: number): NodeError {
  const text = `There are more than ${filesMax} files in ${folder}. Move those away that were dealt with, or raise "Maximum files".`
  return new NodeError('FILE_TOO_MANY', text)
}
