import type { Decode } from '@millrace/formats'
import type { HttpRequest, Message } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import { readBody } from '../../body/read-body.ts'
import type { BodyToRead } from '../../body/read-body.ts'
import type { httpInDescriptor } from '../descriptor.ts'
import { readCloudEvents } from './cloud-events.ts'
import { lambdaEventOf, requestInLambdaEvent } from './lambda-event.ts'

type Config = ConfigOf<typeof httpInDescriptor>

/** How requests are read. */
export interface Reading {
  readonly config: Config
  /** For bodies of formats that HTTP does not name. */
  readonly decode: Decode | undefined
}

/** The messages that a request stands for. Throws a `NodeError` when it is wrong. */
export function messagesOf(
  request: HttpRequest,
  reading: Reading,
  receivedAt: number,
): readonly Message[] {
  switch (reading.config.shape) {
    case 'plain':
      return plainMessages(request, reading)
    case 'cloudEvents':
      return eventMessages(request, reading)
    case 'lambda':
      return [
        {
          payload: lambdaEventOf(request, receivedAt),
          time: undefined,
          request: aboutRequest(request),
        },
      ]
    case 'inLambda':
      return plainMessages(requestInLambdaEvent(request, bodyOf(request, reading)), reading)
  }
}

function plainMessages(request: HttpRequest, reading: Reading): readonly Message[] {
  const about = aboutRequest(request)
  // With room for the time that the engine sets.
  if (request.body.length === 0) {
    return [{ payload: { ...request.query }, time: undefined, request: about }]
  }
  const values = readBody(request.body, bodyOf(request, reading))
  return itemsOf(values, reading.config).map((payload) => ({
    payload,
    time: undefined,
    request: about,
  }))
}

function itemsOf(values: readonly unknown[], { isBatch }: Config): readonly unknown[] {
  const [only] = values
  return isBatch && values.length === 1 && Array.isArray(only) ? only : values
}

function eventMessages(request: HttpRequest, reading: Reading): readonly Message[] {
  const about = aboutRequest(request)
  const events = readCloudEvents(request, bodyOf(request, reading))
  return events.map(({ data, attributes }) => ({
    payload: data,
    topic: String(attributes['type']),
    time: undefined,
    event: attributes,
    request: about,
  }))
}

function bodyOf({ headers }: HttpRequest, { config, decode }: Reading): BodyToRead {
  const { body, bodyBytesMax } = config
  return {
    format: body,
    decode,
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
    bytesMax: bodyBytesMax,
  }
}

function aboutRequest(request: HttpRequest): object {
  const { id, method, path, params, query, headers, remoteAddress } = request
  return { id, method, path, params, query, headers, remoteAddress }
}
