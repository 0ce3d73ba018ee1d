import type { ErrorRequestHandler } from 'express'
import { isRecord } from '@millrace/flow'
import type { ErrorBody } from '@millrace/protocol'
import { Refusal } from '../refusal.ts'
import { StoreError } from '@millrace/store'
import { StorageError } from '../storage/storage-error.ts'
import { SupervisorError } from '../supervisor/supervisor.ts'

/** Turns whatever was thrown into the one shape of error. What nobody foresaw is logged. */
export function answerErrors(onUnforeseen: (error: unknown) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    const { status, body } = refusalOf(error, onUnforeseen)
    response.status(status).json(body)
  }
}

function refusalOf(
  error: unknown,
  onUnforeseen: (error: unknown) => void,
): { readonly status: number; readonly body: ErrorBody } {
  if (error instanceof Refusal) return error
  if (error instanceof SupervisorError) {
    return { status: 409, body: { code: error.code, message: error.message } }
  }
  if (error instanceof StorageError) {
    onUnforeseen(error)
    return { status: 507, body: { code: error.code, message: error.message } }
  }
  if (error instanceof StoreError) {
    return { status: 503, body: { code: error.code, message: error.message } }
  }
  const known = knownOf(error)
  if (known) return known
  onUnforeseen(error)
  const message = 'Something went wrong here; the log of the server says more'
  return { status: 500, body: { code: 'INTERNAL', message } }
}

/** Errors of the body reader and of the router, which carry a status. */
function knownOf(error: unknown): { status: number; body: ErrorBody } | null {
  if (!isRecord(error) || typeof error['status'] !== 'number') return null
  const { status, type } = error
  if (type === 'entity.too.large') {
    const limit = typeof error['limit'] === 'number' ? ` than ${error['limit']} bytes` : ''
    return { status: 413, body: { code: 'BODY_TOO_LARGE', message: `The body is longer${limit}` } }
  }
  if (type === 'encoding.unsupported') {
    const message = 'Send the body without compression'
    return { status: 415, body: { code: 'BODY_ENCODING', message } }
  }
  if (status < 400 || status > 499) return null
  return { status, body: { code: 'REQUEST_WRONG', message: 'The request cannot be read' } }
}
