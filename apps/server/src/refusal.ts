import type { ErrorBody } from '@millrace/protocol'

/** A request that is not carried out, as the person is told; the one error of the HTTP API. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly body: ErrorBody

  constructor(status: number, body: ErrorBody, cause?: unknown) {
    super(body.message, { cause })
    this.status = status
    this.body = body
  }
}

export function notFound(code: string, message: string): Refusal {
  return new Refusal(404, { code, message })
}

export function noFlow(name: string): Refusal {
  return notFound('FLOW_UNKNOWN', `There is no flow "${name}"`)
}
