import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { NodeError } from '@millrace/sdk'

/** Where flows may write. */
export interface FileFolders {
  /** For relative paths; undefined where there is none. */
  readonly own: string | undefined
  /** Absolute paths may lie in here. */
  readonly allowed: readonly string[]
}

/** As the host of the flow says by its environment. */
export function foldersOf(environment: Readonly<Record<string, string | undefined>>): FileFolders {
  const own = environment['MILLRACE_FILES']
  const allowed = (environment['MILLRACE_FILE_FOLDERS'] ?? '').split(delimiter)
  return {
    own: own === undefined || own === '' ? undefined : resolve(own),
    allowed: allowed.filter((folder) => isAbsolute(folder)),
  }
}

/** The absolute path of a file. Throws a `NodeError` where flows may not write. */
export function placeOf(path: string, { own, allowed }: FileFolders): string {
  if (isAbsolute(path)) {
    const file = resolve(path)
    if (allowed.some((folder) => isWithin(file, folder))) return file
    throw notAllowed(
      `The server does not let flows write to ${path}. The folders that it lets them write to are set in MILLRACE_FILE_FOLDERS.`,
    )
  }
  if (own === undefined) {
    throw notAllowed('There is no folder for files here; give an absolute path.')
  }
  const file = resolve(own, path)
  if (isWithin(file, own)) return file
  throw notAllowed(`The path ${path} leads out of the folder for files.`)
}

/** Also where a link on the way leads elsewhere. */
function isWithin(file: string, folder: string): boolean {
  return isBelow(file, folder) && isBelow(realPath(file), realPath(folder))
}

function isBelow(file: string, folder: string): boolean {
  const way = relative(folder, file)
  return way !== '' && !isAbsolute(way) && way.split(/[\\/]/)[0] !== '..'
}

/** Of something that need not be there yet. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  const parent = dirname(path)
  return parent === path ? path : join(realPath(parent), relative(parent, path))
}

function notAllowed(message: string): NodeError {
  return new NodeError('FILE_NOT_ALLOWED', message)
}
