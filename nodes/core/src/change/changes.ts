import type { Expression, Message, Path } from '@millrace/sdk'

export type Change =
  | { readonly action: 'set'; readonly place: Path; readonly value: Expression }
  | { readonly action: 'delete'; readonly place: Path }
  | { readonly action: 'move' | 'copy'; readonly from: Path; readonly to: Path }

type Apply = (message: Message) => Message

/**
 * Makes one function of the changes, each seeing what those before it did. The message that came in
 * stays as it is.
 */
export function compileChanges(changes: readonly Change[]): Apply {
  const steps = changes.map((change, index) => compileChange(change, changes[index - 1]))
  const [first, second] = steps
  if (first === undefined) return (message) => message
  if (second === undefined) return first
  return (message) => {
    let changed = message
    for (const step of steps) changed = step(changed)
    return changed
  }
}

function compileChange(change: Change, before: Change | undefined): Apply {
  switch (change.action) {
    case 'set':
      return isBesideSet(change, before)
        ? setBeside(change.place, change.value)
        : set(change.place, change.value)
    case 'delete':
      return (message) => change.place.remove(message)
    case 'copy':
      return copy(change.from, change.to)
    case 'move':
      return move(change.from, change.to)
  }
}

function set(place: Path, value: Expression): Apply {
  return (message) => place.set(message, value(message))
}

function copy(from: Path, to: Path): Apply {
  return (message) => {
    const value = from.get(message)
    return value === undefined ? message : to.set(message, value)
  }
}

function move(from: Path, to: Path): Apply {
  return (message) => {
    const value = from.get(message)
    return value === undefined ? message : to.set(from.remove(message), value)
  }
}

/** Whether the change before was a setting in the same object, which is then a copy of our own. */
function isBesideSet(change: Change & { action: 'set' }, before: Change | undefined): boolean {
  if (before?.action !== 'set') return false
  const [place, other] = [change.place.segments, before.place.segments]
  return place.length === other.length && place.slice(0, -1).every((name, at) => name === other[at])
}

/**
 * Writes into the object that the setting before has just copied, instead of copying it again. Only
 * with plain values: an object might contain the very object that it is written into.
 */
function setBeside(place: Path, value: Expression): Apply {
  const holders = place.segments.slice(0, -1)
  const name = place.segments.at(-1)
  if (typeof name !== 'string') return set(place, value)
  return (message) => {
    const written = value(message)
    const holder = typeof written === 'object' && written !== null ? null : follow(message, holders)
    if (holder === null) return place.set(message, written)
    holder[name] = written
    return message
  }
}

/** The object at the end of the way, if it is a plain one. */
function follow(
  message: Message,
  segments: readonly (string | number)[],
): Record<string, unknown> | null {
  let at: Record<string | number, unknown> = message
  for (const segment of segments) {
    const next = at[segment]
    if (typeof next !== 'object' || next === null) return null
    // An object can be read by any name; what stands there stays unknown.
    at = next as Record<string | number, unknown>
  }
  return Object.getPrototypeOf(at) === Object.prototype ? at : null
}
