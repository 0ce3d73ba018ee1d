import { operator } from '@millrace/sdk'
import type { Emit, Expression, Operator } from '@millrace/sdk'
import { descriptor } from './descriptor.ts'

interface Case {
  readonly condition: Expression<boolean>
  readonly emit: Emit
}

export const switchOperator = operator(descriptor, ({ config, emit }) => {
  const otherwise = portOf(emit, 'otherwise')
  const cases = config.cases.map(({ id, condition }) => ({ condition, emit: portOf(emit, id) }))
  return config.mode === 'all' ? takeAll(cases, otherwise) : takeFirst(cases, otherwise)
})

function takeFirst(cases: readonly Case[], otherwise: Emit): Operator {
  return {
    onMessage(message) {
      for (const { condition, emit } of cases) {
        if (condition(message) === true) {
          emit(message)
          return
        }
      }
      otherwise(message)
    },
  }
}

/** All conditions are asked before anything goes out, so that no receiver can influence them. */
function takeAll(cases: readonly Case[], otherwise: Emit): Operator {
  return {
    onMessage(message) {
      const taken = cases.filter(({ condition }) => condition(message) === true)
      if (taken.length === 0) otherwise(message)
      for (const { emit } of taken) emit(message)
    },
  }
}

function portOf(emits: { readonly [port: string]: Emit }, name: string): Emit {
  const emit = emits[name]
  if (emit === undefined) throw new Error(`The engine gave no output port "${name}".`)
  return emit
}
