import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Request, Response } from 'express'

/** Shorter answers cost more to pack than to send. */
const packFromBytes = 4096

const pack = promisify(gzip)

/** Answers with JSON, packed where it is long and the browser can unpack it. */
export async function sendJson(request: Request, response: Response, body: unknown): Promise<void> {
  const text = Buffer.from(JSON.stringify(body))
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.vary('Accept-Encoding')
  const isPacked = text.length >= packFromBytes && request.acceptsEncodings('gzip') !== false
  if (isPacked) response.setHeader('Content-Encoding', 'gzip')
  response.end(isPacked ? await pack(text, { level: 4 }) : text)
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
