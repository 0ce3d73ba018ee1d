import { NodeError } from '@millrace/sdk'
import type { HttpRequest } from '@millrace/sdk'
import { parseJson } from '../../body/json-error.ts'
import { unpackedText } from '../../body/read-body.ts'
import type { BodyToRead } from '../../body/read-body.ts'

/**
 * The request as AWS API Gateway hands it to a Lambda function, payload format 2.0, so that code
 * written for one goes on working.
 */
export function lambdaEventOf(request: HttpRequest, receivedAt: number): object {
  const { method, path, headers, query, params, id } = request
  const routeKey = `${method} ${path}`
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: queryText(query),
    headers: { ...headers },
    queryStringParameters: joined(query),
    pathParameters: { ...params },
    requestContext: {
      http: {
        method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: request.remoteAddress,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: id,
      routeKey,
      stage: '$default',
      time: new Date(receivedAt).toISOString(),
      timeEpoch: receivedAt,
    },
    ...bodyOf(request.body),
  }
}

function bodyOf(body: Uint8Array): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false }
  try {
    return { body: strict.decode(body), isBase64Encoded: false }
  } catch {
    return { body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function queryText(query: HttpRequest['query']): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) search.append(name, String(each))
  }
  return search.toString()
}

function joined(query: HttpRequest['query']): Record<string, string> {
  const pairs = Object.entries(query).map(([name, value]) => [name, [value].flat().join(',')])
  return Object.fromEntries(pairs)
}

/**
 * The request inside of a body that is such an event itself, of format 1.0 or 2.0, as a function
 * that forwards what it was called with sends it.
 */
export function requestInLambdaEvent(outer: HttpRequest, reading: BodyToRead): HttpRequest {
  const event = parseJson(unpackedText(outer.body, reading))
  const http = recordAt(recordAt(event, 'requestContext'), 'http')
  const method = textAt(event, 'httpMethod') ?? textAt(http, 'method')
  const path = textAt(event, 'path') ?? textAt(event, 'rawPath')
  if (method === undefined || path === undefined) {
    const why = 'It has neither httpMethod and path (format 1.0) nor rawPath (format 2.0).'
    throw new NodeError('HTTP_EVENT_INVALID', `The body is no Lambda proxy event. ${why}`)
  }
  const identity = recordAt(recordAt(event, 'requestContext'), 'identity')
  const body = textAt(event, 'body') ?? ''
  return {
    id: outer.id,
    method,
    path,
    params: texts(recordAt(event, 'pathParameters')),
    query: texts(recordAt(event, 'queryStringParameters')),
    headers: lowerCase(texts(recordAt(event, 'headers'))),
    body: Buffer.from(body, recordOf(event)['isBase64Encoded'] === true ? 'base64' : 'utf8'),
    remoteAddress: textAt(identity, 'sourceIp') ?? textAt(http, 'sourceIp') ?? outer.remoteAddress,
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  // Any object may be asked for its properties.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function recordAt(value: unknown, name: string): Readonly<Record<string, unknown>> {
  return recordOf(recordOf(value)[name])
}

function textAt(value: unknown, name: string): string | undefined {
  const found = recordOf(value)[name]
  return typeof found === 'string' ? found : undefined
}

function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return Object.fromEntries(pairs)
}
