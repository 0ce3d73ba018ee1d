/** An error of the store with a stable code, such as `STORE_DISK_FULL`. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const text = error instanceof Error ? error.message : String(error)
  const [code, message] = kinds.find(([, , sign]) => sign.test(text)) ?? other
  return new StoreError(code, `${message}: ${text}.`, { cause: error })
}

/** By what SQLite says. */
const kinds: readonly (readonly [string, string, RegExp])[] = [
  ['STORE_DISK_FULL', 'The disk is full, so the store cannot be written', /disk is full/i],
  ['STORE_BUSY', 'The store is in use by another program', /locked|busy/i],
  ['STORE_DAMAGED', 'The file of the store is damaged; move it away', /malformed|not a database/i],
  ['STORE_READ_ONLY', 'The store cannot be written: check the rights of its folder', /readonly/i],
]
const other = ['STORE_FAILED', 'The store failed'] as const
