import type { EpochChanges, HeldMessage, StateChange } from '../durability.ts'

/**
 * Whether the store may have refused because of what a value is, such as a function or an object
 * whose getter throws, and not of the disk: errors of that have a code that is a text.
 */
export function mayBeUnstorable(error: unknown): boolean {
  return !(error instanceof Error && 'code' in error && typeof error.code === 'string')
}

/** The changes without the values that the store cannot take, and what was left out. */
export function withoutUnstorable(
  changes: EpochChanges,
  canStore: (value: unknown) => boolean = canClone,
): {
  readonly changes: EpochChanges
  readonly left: readonly (StateChange | HeldMessage)[]
} {
  const left: (StateChange | HeldMessage)[] = []
  const state = changes.state.map((change) => {
    if (canStore(change.value)) return change
    left.push(change)
    // What was stored of it before is out of date.
    return { ...change, value: undefined }
  })
  const held = changes.held.filter((one) => canStore(one.message) || !left.push(one))
  return { changes: { ...changes, state, held }, left }
}

function canClone(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}
