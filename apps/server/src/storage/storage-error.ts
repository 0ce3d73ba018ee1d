export type StorageErrorCode =
  /** Another server has the user directory. */
  | 'STORAGE_LOCKED'
  /** A file could not be written; the old one is as it was. */
  | 'STORAGE_WRITE_FAILED'
  | 'STORAGE_READ_FAILED'
  /** A secret cannot be read: another key, or the file was changed. Nothing is overwritten. */
  | 'SECRETS_UNREADABLE'

/** Why the user directory could not be read or written. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode

  constructor(code: StorageErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** Whether a file was not there. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
