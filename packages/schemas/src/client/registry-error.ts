import { NodeError } from '@millrace/sdk'

/** What kept a schema away. Where it `isPassing`, asking again later may help. */
export class RegistryError extends NodeError {
  readonly isPassing: boolean

  constructor(
    code: string,
    message: string,
    { isPassing = false, cause }: { readonly isPassing?: boolean; readonly cause?: unknown } = {},
  ) {
    super(code, message, { cause })
    this.isPassing = isPassing
  }
}
