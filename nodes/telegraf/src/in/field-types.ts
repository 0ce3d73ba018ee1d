import { createHash } from 'node:crypto'
import type { FieldScalar, Point } from '@millrace/formats'
import type { KeyedState } from '@millrace/sdk'

export type FieldKind = 'number' | 'string' | 'boolean'

/** The type that each field had first, by measurement and name. */
export interface FieldTypes {
  /** Why the point does not fit what came before it; nothing where it does, and is remembered. */
  conflictOf(database: string, point: Point): string | undefined
}

/** More fields than these are taken in without being remembered. */
const fieldsMax = 20_000

export function fieldTypes(state: KeyedState<FieldKind>): FieldTypes {
  return {
    conflictOf: (database, { measurement, fields }) => {
      const named = Object.entries(fields).map(([name, value]) => {
        const key = shortened(JSON.stringify([database, measurement, name]))
        return { name, kind: kindOf(value), key }
      })
      for (const { name, kind, key } of named) {
        const before = state.get(key)
        if (before === undefined || before === kind) continue
        return `input field "${name.slice(0, 200)}" on measurement "${measurement.slice(0, 200)}" is type ${kind}, already exists as type ${before}`
      }
      for (const { kind, key } of named) {
        if (!(state.size >= fieldsMax) && state.get(key) === undefined) state.set(key, kind)
      }
      return undefined
    },
  }
}

/** Whoever sends endless names must not fill the state with them. */
function shortened(key: string): string {
  return key.length <= 300 ? key : createHash('sha256').update(key).digest('base64url')
}

function kindOf(value: FieldScalar): FieldKind {
  if (typeof value === 'string') return 'string'
  return typeof value === 'boolean' ? 'boolean' : 'number'
}
