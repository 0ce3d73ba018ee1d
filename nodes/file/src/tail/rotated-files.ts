import { lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { lookOf } from '../files/open-file.ts'
import type { FileLook } from '../files/open-file.ts'

export interface RotatedFile extends FileLook {
  readonly path: string
}

/** No folder is searched further. */
const entriesMax = 100_000

/**
 * The files that a file at this path was renamed to when it was rotated, oldest first: its name with
 * a number or date behind it, or before its ending, as logrotate and File out name them.
 */
export function rotatedFiles(path: string): readonly RotatedFile[] {
  const folder = dirname(path)
  const isRotated = rotatedName(basename(path))
  const found: RotatedFile[] = []
  for (const name of readdirSync(folder).slice(0, entriesMax)) {
    if (!isRotated(name)) continue
    const place = join(folder, name)
    // Not through links, which might lead to where flows may not read.
    const stats = lstatSync(place, { bigint: true, throwIfNoEntry: false })
    if (stats?.isFile() === true) found.push({ path: place, ...lookOf(stats) })
  }
  return found.toSorted((one, other) => one.modifiedMs - other.modifiedMs)
}

function rotatedName(name: string): (candidate: string) => boolean {
  const ending = extname(name)
  const stem = name.slice(0, name.length - ending.length)
  const whole = (before: string, after: string) => (candidate: string) => {
    if (!candidate.startsWith(before) || !candidate.endsWith(after)) return false
    const between = candidate.slice(before.length, candidate.length - after.length)
    return /^[._-]\d[\dT:._-]*$/.test(between)
  }
  const [behind, within] = [whole(name, ''), whole(stem, ending)]
  return (candidate) => behind(candidate) || (ending !== '' && within(candidate))
}
