/** Whether two JSON values say the same. The order of keys does not count. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object') return false
  if (one === null || other === null) return false
  if (Array.isArray(one)) return Array.isArray(other) && areListsEqual(one, other)
  return !Array.isArray(other) && areRecordsEqual(one, other)
}

function areListsEqual(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index += 1) {
    if (!isEqual(one[index], other[index])) return false
  }
  return true
}

function areRecordsEqual(one: object, other: object): boolean {
  // Plain objects from JSON, read by their own keys only.
  const left = one as Readonly<Record<string, unknown>>
  const right = other as Readonly<Record<string, unknown>>
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  for (const key of keys) {
    if (!Object.hasOwn(right, key) || !isEqual(left[key], right[key])) return false
  }
  return true
}
