export type CatalogErrorCode =
  /** No installed package brings the type. */
  | 'NODE_TYPE_UNKNOWN'
  /** The package that brings the type cannot be loaded, or brings it without behaviour. */
  | 'NODE_TYPE_BROKEN'

/** Why a node type cannot be used. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError'
  readonly code: CatalogErrorCode
  readonly type: string

  constructor(
    code: CatalogErrorCode,
    message: string,
    { type, cause }: { readonly type: string; readonly cause?: unknown },
  ) {
    super(message, { cause })
    this.code = code
    this.type = type
  }
}
