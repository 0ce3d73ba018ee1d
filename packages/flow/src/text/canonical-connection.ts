import type { ConnectionDocument } from '../flow.ts'

/** Writes a connection in the one form in which it is stored: keys in a fixed order, one a line. */
export function canonicalConnectionText(document: ConnectionDocument): string {
  const { id, type, name, config } = document
  const fields = Object.keys(config).toSorted((one, other) => (one < other ? -1 : 1))
  const sorted = Object.fromEntries(fields.map((field) => [field, config[field]]))
  return `${JSON.stringify({ id, type, name, config: sorted }, null, 2)}\n`
}
