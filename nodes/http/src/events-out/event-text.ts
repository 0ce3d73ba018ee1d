import { NodeError } from '@millrace/sdk'

/** An event as it is sent; HTML, 9.2.6. */
export function eventText(event: {
  readonly id: string
  readonly name: string
  readonly data: string
}): string {
  const { id, name, data } = event
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  const named = name === '' ? '' : `event: ${name.replace(/[\r\n]+/g, ' ')}\n`
  return `id: ${id}\n${named}${lines.join('')}\n`
}

/** What a value is sent as. */
export function dataText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) {
    const text = 'Events are text, and this is bytes: say in "Data" what is to be sent.'
    throw new NodeError('HTTP_EVENT_BYTES', text)
  }
  // Absent for functions and symbols only.
  return JSON.stringify(value) ?? 'null'
}
