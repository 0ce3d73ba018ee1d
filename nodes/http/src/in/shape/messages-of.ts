import type { HttpRequest, Message } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import { readBody } from '../../body/read-body.ts'
import type { BodyToRead } from '../../body/read-body.ts'
import type { httpInDescriptor } from '../descriptor.ts'
import { readCloudEvents } from './cloud-events.ts'
import { lambdaEventOf, requestInLambdaEvent } from './lambda-event.ts'

type Config = ConfigOf<typeof httpInDescriptor>

/** The messages that a request stands for. Throws a `NodeError` or a `JsonError` when it is wrong. */
export function messagesOf(
  request: HttpRequest,
  config: Config,
  receivedAt: number,
): readonly Message[] {
  switch (config.shape) {
    case 'plain':
      return plainMessages(request, config)
    case 'cloudEvents':
      return eventMessages(request, config)
    case 'lambda':
      return [
        {
          payload: lambdaEventOf(request, receivedAt),
          time: undefined,
          request: aboutRequest(request),
        },
      ]
    case 'inLambda':
      return plainMessages(requestInLambdaEvent(request, readingOf(request, config)), config)
  }
}

function plainMessages(request: HttpRequest, config: Config): readonly Message[] {
  const about = aboutRequest(request)
  // With room for the time that the engine sets.
  if (request.body.length === 0) {
    return [{ payload: { ...request.query }, time: undefined, request: about }]
  }
  const values = readBody(request.body, readingOf(request, config))
  return itemsOf(values, config).map((payload) => ({ payload, time: undefined, request: about }))
}

function itemsOf(values: readonly unknown[], { isBatch }: Config): readonly unknown[] {
  const [only] = values
  return isBatch && values.length === 1 && Array.isArray(only) ? only : values
}

function eventMessages(request: HttpRequest, config: Config): readonly Message[] {
  const about = aboutRequest(request)
  const events = readCloudEvents(request, readingOf(request, config))
  return events.map(({ data, attributes }) => ({
    payload: data,
    topic: String(attributes['type']),
    time: undefined,
    event: attributes,
    request: about,
  }))
}

function readingOf({ headers }: HttpRequest, { body, bodyBytesMax }: Config): BodyToRead {
  return {
    format: body,
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
    bytesMax: bodyBytesMax,
  }
}

function aboutRequest(request: HttpRequest): object {
  const { id, method, path, params, query, headers, remoteAddress } = request
  return { id, method, path, params, query, headers, remoteAddress }
}
