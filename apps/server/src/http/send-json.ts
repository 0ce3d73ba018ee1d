import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Request, Response } from 'express'

/** Shorter answers cost more to pack than to send. */
const packFromBytes = 4096

/** The better one first; at these levels both take about as long. */
const packers: Readonly<Record<'br' | 'gzip', (text: Buffer) => Promise<Buffer>>> = {
  br: (text) =>
    promisify(brotliCompress)(text, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 5,
        [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
      },
    }),
  gzip: (text) => promisify(gzip)(text, { level: 4 }),
}

/** Answers with JSON, packed where it is long and the browser can unpack it. */
export async function sendJson(request: Request, response: Response, body: unknown): Promise<void> {
  const text = Buffer.from(JSON.stringify(body))
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.vary('Accept-Encoding')
  const encoding = text.length >= packFromBytes ? encodingFor(request) : undefined
  if (encoding === undefined) {
    response.end(text)
    return
  }
  response.setHeader('Content-Encoding', encoding)
  response.end(await packers[encoding](text))
}

/** Browsers accept both, and name gzip first. */
function encodingFor(request: Request): 'br' | 'gzip' | undefined {
  if (request.acceptsEncodings('br') !== false) return 'br'
  return request.acceptsEncodings('gzip') === false ? undefined : 'gzip'
}

/** Answers with a line of JSON for each value, as soon as it is there. */
export async function sendLines(response: Response, lines: AsyncIterable<unknown>): Promise<void> {
  response.setHeader('Content-Type', 'application/x-ndjson; charset=utf-8')
  // A proxy must not gather them.
  response.setHeader('X-Accel-Buffering', 'no')
  response.flushHeaders()
  for await (const line of lines) response.write(`${JSON.stringify(line)}\n`)
  response.end()
}
