/** What a value holds, in order; undefined when it holds nothing of its own. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (typeof value !== 'object' || value === null || binaryText(value) !== undefined)
    return undefined
  return Object.entries(value)
}

/** Bytes come as `{"$binary": base64, "bytes": n}`. */
export function binaryText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('$binary' in value)) return undefined
  const { $binary: base64 } = value
  if (typeof base64 !== 'string') return undefined
  const bytes = 'bytes' in value && typeof value.bytes === 'number' ? value.bytes : '?'
  return `${bytes} bytes ${base64.slice(0, 48)}`
}

const longestSummary = 160

/** One line for a value that is folded away. */
export function summaryOf(value: unknown, isOpen: boolean): string {
  if (Array.isArray(value)) return `[${value.length}]`
  if (isOpen) return '{ }'
  const text = JSON.stringify(value)
  return text.length > longestSummary ? `${text.slice(0, longestSummary - 1)}…` : text
}

/** The path of what stands under a name, as expressions write it. */
export function innerPath(path: string, key: string, isList: boolean): string {
  if (isList) return `${path}[${key}]`
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

const momentNames = /^(?:time|timestamp|ts|date|start|end|\w+(?:At|Time))$/
/** From September 2001 to the year 2096: below are seconds, or no times at all. */
const [firstMoment, lastMoment] = [1_000_000_000_000, 4_000_000_000_000]

/** Whether a number is a time in milliseconds since the epoch, by its name and size. */
export function isMoment(name: string | undefined, value: unknown): value is number {
  if (name === undefined || !momentNames.test(name)) return false
  return Number.isInteger(value) && Number(value) >= firstMoment && Number(value) < lastMoment
}

/** The time of day, and the day where that is not today. */
export function momentText(time: number): string {
  const date = new Date(time)
  const isToday = date.toDateString() === new Date().toDateString()
  return date.toLocaleString(undefined, {
    ...(isToday ? {} : { month: 'short', day: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  })
}
