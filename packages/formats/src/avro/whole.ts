/** Whether it is a whole number of 32 or 64 bits. */
export function isWhole(value: unknown, kind: 'int' | 'long'): value is number | bigint {
  if (typeof value === 'bigint') return BigInt.asIntN(kind === 'int' ? 32 : 64, value) === value
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false
  return kind === 'long' || (value | 0) === value
}
