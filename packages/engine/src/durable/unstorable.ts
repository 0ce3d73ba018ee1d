import type { EpochChanges, HeldMessage, StateChange } from '../durability.ts'

/** Whether the store refused because of what a value is, such as a function, and not of the disk. */
export function isUnstorable(error: unknown): boolean {
  return error instanceof Error && error.message.includes('could not be cloned')
}

/** The changes without the values that no store can take, and what was left out. */
export function withoutUnstorable(changes: EpochChanges): {
  readonly changes: EpochChanges
  readonly left: readonly (StateChange | HeldMessage)[]
} {
  const left: (StateChange | HeldMessage)[] = []
  const state = changes.state.filter((change) => canStore(change.value) || !left.push(change))
  const held = changes.held.filter((one) => canStore(one.message) || !left.push(one))
  return { changes: { ...changes, state, held }, left }
}

function canStore(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}
