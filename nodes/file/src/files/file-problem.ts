import { NodeError } from '@millrace/sdk'

/** What went wrong with a file, as a sentence. */
export function fileProblem(
  doing: 'read' | 'write to' | 'remove',
  path: string,
  error: unknown,
): NodeError {
  if (error instanceof NodeError) return error
  const code = codeOf(error)
  const why = reasons.get(code) ?? (error instanceof Error ? error.message : String(error))
  const isMissing = doing === 'read' && code === 'ENOENT'
  return new NodeError(
    isMissing ? 'FILE_NOT_FOUND' : codes[doing],
    `Cannot ${doing} ${path}: ${why}.`,
    { cause: error },
  )
}

const codes = {
  read: 'FILE_READ_FAILED',
  'write to': 'FILE_WRITE_FAILED',
  remove: 'FILE_REMOVE_FAILED',
} as const

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

const reasons: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'it is not there'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk is full'],
  ['EACCES', 'it is not allowed to'],
  ['EPERM', 'it is not allowed to'],
  ['EROFS', 'the disk is read-only'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of its path is no folder'],
  ['EMFILE', 'too many files are open'],
])
