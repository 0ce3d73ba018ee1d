import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import type { ErrorBody } from '@millrace/protocol'

/** Refuses with 403 what nodes of our own flows ask for. */
export function guardOwnFlows(): RequestHandler {
  return (request, response, next) => {
    const refusal = checkOwnFlow(request)
    if (refusal) response.status(403).json(refusal)
    else next()
  }
}

/**
 * A flow that calls an address out of a message would let whoever sends the message change flows, as
 * everybody on this machine may. Nodes say who they are, unless a person gave one another name.
 */
export function checkOwnFlow({ headers }: IncomingMessage): ErrorBody | null {
  const agent = headers['user-agent']
  if (agent === undefined || !/^millrace\b/i.test(agent)) return null
  const message =
    'A flow may neither read nor change flows. If that is meant, give its request a header User-Agent of its own'
  return { code: 'FLOW_REFUSED', message }
}
