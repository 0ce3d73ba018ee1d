import { NodeError } from '@millrace/sdk'
import type { Message, Template } from '@millrace/sdk'

export interface HeaderRow {
  readonly name: string
  readonly value: Template
}

/** What frames a message is the business of HTTP, not of a flow. */
const framing = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Compiles the rows of a form to the headers of one message. Throws for one that may not be set. */
export function headersOf(
  rows: readonly HeaderRow[],
): (message: Message) => Record<string, string> {
  const named = rows.map(({ name, value }) => ({ name: name.trim().toLowerCase(), value }))
  const refused = named.find(({ name }) => framing.has(name))
  if (refused !== undefined) {
    const text = `The header "${refused.name}" is set by HTTP itself; remove it here.`
    throw new NodeError('HTTP_HEADER_RESERVED', text)
  }
  return (message) => {
    const headers: Record<string, string> = {}
    for (const { name, value } of named) headers[name] = checked(name, value(message))
    return headers
  }
}

/** RFC 9110, 5.5: what could end the header and begin another must not be in it. */
function checked(name: string, value: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!/[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]/.test(value)) return value
  throw new NodeError(
    'HTTP_HEADER_INVALID',
    `The value of the header "${name}" has a line break or another character that headers cannot carry.`,
  )
}
