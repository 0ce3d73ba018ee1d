import express from 'express'
import type { Request, RequestHandler } from 'express'
import { findUnsafeJson, limits, parseJsonText } from '@millrace/flow'
import { Refusal } from '../../refusal.ts'

const bounds = { depth: 48, textCharacters: limits.documentCharacters, values: 2_000_000 }

/** Takes in a body of `application/json` and nothing else, up to a length. */
export function readJsonBody(bytesMax: number): RequestHandler[] {
  return [expectJson, express.raw({ type: () => true, limit: bytesMax, inflate: false }), parse]
}

/** Refuses what comes with a body of another kind, also where no body is wanted. */
const expectJson: RequestHandler = (request, _response, next) => {
  const type = request.headers['content-type']
  if (!hasBody(request) && type === undefined) return next()
  if (type !== undefined && /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type)) {
    return next()
  }
  const message = 'Send JSON with the header Content-Type: application/json'
  return next(new Refusal(415, { code: 'BODY_TYPE', message }))
}

function hasBody(request: Request): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  return encoding !== undefined || (length !== undefined && length !== '0')
}

const parse: RequestHandler = (request, _response, next) => {
  const bytes: unknown = request.body
  request.body = Buffer.isBuffer(bytes) && bytes.length > 0 ? parseBytes(bytes) : undefined
  next()
}

function parseBytes(bytes: Buffer): unknown {
  const json = parseJsonText(decode(bytes))
  if ('problems' in json) {
    const [problem] = json.problems
    throw new Refusal(400, {
      code: problem?.code ?? 'JSON_SYNTAX',
      message: problem?.message ?? 'The body is not valid JSON',
    })
  }
  const unsafe = findUnsafeJson(json.value, '', bounds)
  if (!unsafe) return json.value
  const place = unsafe.path === '' ? 'The body' : unsafe.path
  throw new Refusal(400, {
    code: unsafe.code,
    message: `${place} ${unsafe.message}`,
    path: unsafe.path,
  })
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal(400, { code: 'BODY_ENCODING', message: 'The body is not valid UTF-8' })
  }
}
