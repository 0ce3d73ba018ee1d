import type { Validate } from '../model/index.ts'

/** Loads the validator, which brings the expression language with it, when it is first needed. */
export function createValidate(): Validate {
  let loaded: Promise<Validate> | undefined
  return async (flow, known) => {
    loaded ??= import('./validator.ts').then(({ createValidator }) => createValidator())
    return (await loaded)(flow, known)
  }
}
