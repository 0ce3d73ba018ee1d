import { networkProblem, placeOfUrl } from '@millrace/reach'
import { NodeError } from '@millrace/sdk'

/** A sentence for whatever kept a request to that address from being answered. */
export function unreachable(error: unknown, address: string): string {
  if (error instanceof NodeError) return error.message
  return networkProblem(error, placeOfUrl(address)).text
}
