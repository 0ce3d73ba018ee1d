import type { HttpResponse } from '@millrace/sdk'

/**
 * What to answer to a request that is not of version 1. A sender that speaks version 2 goes back to
 * version 1 when it gets 415; read as version 1 its samples would be nonsense.
 */
export function refusalOfType(headers: Readonly<Record<string, string>>): HttpResponse | undefined {
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  if (type !== 'application/x-protobuf') {
    return unsupported(`The content type is "${type}", and not application/x-protobuf.`)
  }
  const proto = parameters.find((part) => part.startsWith('proto='))?.slice('proto='.length)
  if (proto !== undefined && proto !== 'prometheus.writerequest') {
    return unsupported(
      `Remote write of version 1 is taken (prometheus.WriteRequest), not ${proto}.`,
    )
  }
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'snappy'
  if (encoding === 'snappy') return undefined
  return unsupported(`The content encoding is "${encoding}", and not snappy.`)
}

function unsupported(text: string): HttpResponse {
  const headers = { 'content-type': 'text/plain; charset=utf-8' }
  return { status: 415, headers, body: `${text.slice(0, 300)}\n` }
}
