/** Any value as text: what is one thing as itself, objects and lists as JSON. */
export function plainText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value)
    default:
      // Absent for functions and symbols only.
      return JSON.stringify(value) ?? ''
  }
}
