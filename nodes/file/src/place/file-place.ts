import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { NodeError } from '@millrace/sdk'

/** Where flows may read and write. */
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

/** The absolute path of a file. Throws a `NodeError` where flows may not read and write. */
export function placeOf(path: string, folders: FileFolders): string {
  return allowedPlace(path, folders, isWithin)
}

/** The absolute path of a folder, which may also be one of those that are allowed as a whole. */
export function folderPlaceOf(path: string, folders: FileFolders): string {
  return allowedPlace(path, folders, (place, folder) => place === folder || isWithin(place, folder))
}

function allowedPlace(
  path: string,
  { own, allowed }: FileFolders,
  isAllowed: (place: string, folder: string) => boolean,
): string {
  if (path.includes('\0')) throw notAllowed('A path cannot have the character 0 in it.')
  if (isAbsolute(path)) {
    const file = resolve(path)
    if (allowed.some((folder) => isAllowed(file, resolve(folder)))) return file
    throw notAllowed(
      `The server does not let flows use ${path}. The folders that it lets them use are set in MILLRACE_FILE_FOLDERS.`,
    )
  }
  if (own === undefined) {
    throw notAllowed('There is no folder for files here; give an absolute path.')
  }
  const file = resolve(own, path)
  if (isAllowed(file, own)) return file
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

/** Of something that need not be there yet, nor what a link leads to. */
function realPath(path: string, links = 0): string {
  if (existsSync(path)) return realpathSync(path)
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  if (isLink && links < linksMax)
    return realPath(resolve(dirname(path), readlinkSync(path)), links + 1)
  const parent = dirname(path)
  return parent === path ? path : join(realPath(parent, links), relative(parent, path))
}

/** Links that lead in a circle lead nowhere; opening them fails. */
const linksMax = 40

function notAllowed(message: string): NodeError {
  return new NodeError('FILE_NOT_ALLOWED', message)
}
