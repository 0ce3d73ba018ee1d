import { headersOf } from '../body/header-rows.ts'

/** Headers of a request that no message is behind. Throws for one that may not be set. */
export function plainHeaders(
  rows: readonly { readonly name: string; readonly value: string }[],
): Readonly<Record<string, string>> {
  const templates = rows.map(({ name, value }) => ({ name, value: () => value }))
  return headersOf(templates)({ payload: undefined })
}
