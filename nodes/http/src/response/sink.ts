import { NodeError, sink } from '@millrace/sdk'
import type { HttpResponse, Message, NodeContext } from '@millrace/sdk'
import { headersOf } from '../body/header-rows.ts'
import { bodySender } from '../body/other-formats.ts'
import { httpResponseDescriptor } from './descriptor.ts'
import { answerOfLambda } from './lambda-answer.ts'

export const httpResponse = sink(httpResponseDescriptor, (context) => {
  const { config, http } = context
  const answerOf = config.from === 'lambda' ? lambdaAnswerer(context) : answerer(context)
  return {
    onMessage: (message) => {
      const id = requestId(message)
      if (http.respond(id, answerOf(message))) return
      throw new NodeError('HTTP_ANSWERED', 'The request was answered before, or waited too long.')
    },
  }
})

type Context = NodeContext<typeof httpResponseDescriptor>

function answerer(context: Context): (message: Message) => HttpResponse {
  const { config } = context
  const rowsOf = headersOf(config.headers)
  const statusOf = statusReader(context)
  const bodyToSend = bodySender(config, config.bodyFormat)
  const payloadOf = config.body ?? ((message: Message) => message.payload)
  return (message) => {
    const { bytes, contentType } = bodyToSend(payloadOf(message))
    const headers = rowsOf(message)
    const type = isSet(config.contentType) ? config.contentType : contentType
    if (type !== undefined && !('content-type' in headers)) headers['content-type'] = type
    return { status: statusOf(message), headers, body: bytes }
  }
}

function lambdaAnswerer({ config }: Context): (message: Message) => HttpResponse {
  const rowsOf = headersOf(config.headers)
  return (message) => {
    const answer = answerOfLambda(message.payload)
    return { ...answer, headers: { ...answer.headers, ...rowsOf(message) } }
  }
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}

function requestId({ request }: Message): string {
  if (typeof request === 'object' && request !== null && 'id' in request) {
    if (typeof request.id === 'string') return request.id
  }
  throw new NodeError(
    'HTTP_NO_REQUEST',
    'The message carries no `request`: it does not come from an HTTP in node, or lost it on the way.',
  )
}

function statusReader({ config }: Context): (message: Message) => number {
  return (message) => {
    const status = config.status(message)
    if (status !== null && Number.isInteger(status) && status >= 200 && status <= 599) return status
    throw new NodeError(
      'HTTP_BAD_STATUS',
      `The status is ${status}, and no number from 200 to 599.`,
    )
  }
}
