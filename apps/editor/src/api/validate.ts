import type { Clock, Validate } from '../model/index.ts'

/**
 * Loads the validator, which brings the expression language with it, once the canvas is there; till
 * then a flow has the problems that the server found.
 */
export function createValidate({ after }: Clock): Validate {
  let loaded: Promise<Validate> | undefined
  return async (flow, known) => {
    loaded ??= new Promise<void>((resolve) => void after(canvasFirstMs, resolve)).then(load)
    return (await loaded)(flow, known)
  }
}

const canvasFirstMs = 300

async function load(): Promise<Validate> {
  return (await import('./validator.ts')).createValidator()
}
