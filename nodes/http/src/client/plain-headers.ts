import { secretHeaders, signInHeaders } from '@millrace/web'
import type { SignIn } from '@millrace/web'
import { headersOf } from '../body/header-rows.ts'

export interface PlainHeaders extends SignIn {
  readonly secretHeaders?: string | undefined
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

/** Headers of a request that no message is behind. Throws for one that may not be set. */
export function plainHeaders(config: PlainHeaders): Readonly<Record<string, string>> {
  const secret = { ...signInHeaders(config), ...secretHeaders(config.secretHeaders) }
  const rows = [...Object.entries(secret).map(rowOf), ...config.headers]
  const templates = rows.map(({ name, value }) => ({ name, value: () => value }))
  return headersOf(templates)({ payload: undefined })
}

function rowOf([name, value]: readonly [string, string]) {
  return { name, value }
}
