/** Whether two JSON values are the same; the order of keys does not count. */
export function jsonEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return false
  }
  if (Array.isArray(one) || Array.isArray(other)) return listsEqual(one, other)
  const keys = Object.keys(one)
  if (keys.length !== Object.keys(other).length) return false
  const [left, right] = [new Map(Object.entries(one)), new Map(Object.entries(other))]
  return keys.every((key) => right.has(key) && jsonEqual(left.get(key), right.get(key)))
}

function listsEqual(one: object, other: object): boolean {
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
  return one.every((item, index) => jsonEqual(item, other[index]))
}
