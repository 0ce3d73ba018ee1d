/** A number as the exposition formats write it; `undefined` for what is none. */
export function parseNumber(text: string): number | undefined {
  const first = text.charCodeAt(text.length > 1 && '+-'.includes(text.charAt(0)) ? 1 : 0)
  if ((first >= 48 && first <= 57) || first === 46) {
    const number = Number(text)
    return Number.isNaN(number) ? undefined : number
  }
  switch (text.toLowerCase()) {
    case 'nan':
      return Number.NaN
    case '+inf':
    case 'inf':
    case '+infinity':
    case 'infinity':
      return Infinity
    case '-inf':
    case '-infinity':
      return -Infinity
    default:
      return undefined
  }
}

export function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
