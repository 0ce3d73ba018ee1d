import { NodeError } from '@millrace/sdk'
import type { HttpResponse } from '@millrace/sdk'
import { bodyToSend } from '../body/body-to-send.ts'

/**
 * What a Lambda function returns to API Gateway, as an answer. As in payload format 2.0, a value
 * without `statusCode` is the body of a 200.
 */
export function answerOfLambda(returned: unknown): HttpResponse {
  if (typeof returned !== 'object' || returned === null || !('statusCode' in returned)) {
    return jsonAnswer(returned)
  }
  const status = Number(returned.statusCode)
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    const text = `The statusCode is ${String(returned.statusCode)}, and no number from 200 to 599.`
    throw new NodeError('HTTP_BAD_STATUS', text)
  }
  const headers: Record<string, string> = {}
  if ('multiValueHeaders' in returned) addHeaders(headers, returned.multiValueHeaders)
  if ('headers' in returned) addHeaders(headers, returned.headers)
  const body = 'body' in returned ? returned.body : undefined
  const isBase64 = 'isBase64Encoded' in returned && returned.isBase64Encoded === true
  if (isBase64 && typeof body === 'string') {
    return { status, headers, body: Buffer.from(body, 'base64') }
  }
  const { bytes, contentType } = bodyToSend(body)
  if (contentType !== undefined) headers['content-type'] ??= contentType
  return { status, headers, body: bytes }
}

function jsonAnswer(returned: unknown): HttpResponse {
  const headers = { 'content-type': 'application/json' }
  return { status: 200, headers, body: JSON.stringify(returned) ?? 'null' }
}

function addHeaders(headers: Record<string, string>, given: unknown): void {
  if (typeof given !== 'object' || given === null) return
  for (const [name, value] of Object.entries(given)) {
    headers[name.toLowerCase()] = [value].flat().join(', ')
  }
}
