interface CronPart {
  readonly name: string
  readonly least: number
  readonly most: number
  /** Names that may stand for numbers, the first for `least`. */
  readonly names?: readonly string[]
}

const monthNames = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const weekdayNames = 'sun mon tue wed thu fri sat'.split(' ')

const seconds: CronPart = { name: 'second', least: 0, most: 59 }
const parts: readonly CronPart[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, names: monthNames },
  { name: 'day of the week', least: 0, most: 7, names: weekdayNames },
]

/** What is wrong with a cron line of five parts, or six with seconds first; null where nothing is. */
export function checkCron(line: string): string | null {
  const texts = line.trim().split(/\s+/)
  if (texts.length !== 5 && texts.length !== 6) {
    return 'Write five parts: minute, hour, day of the month, month, day of the week, such as 0 6 * * mon-fri'
  }
  const wanted = texts.length === 6 ? [seconds, ...parts] : parts
  for (const [index, part] of wanted.entries()) {
    const wrong = (texts[index] ?? '').split(',').find((item) => !isItem(item, part))
    if (wrong !== undefined) return message(wrong, part)
  }
  return null
}

function message(item: string, part: CronPart): string {
  const range = `${part.least} to ${part.most}`
  return `"${item.slice(0, 30)}" is no ${part.name}; write *, a number from ${range}, a range such as 1-5, or */5`
}

function isItem(item: string, part: CronPart): boolean {
  const [range = '', step, ...more] = item.split('/')
  if (more.length > 0) return false
  if (step !== undefined && !(/^\d{1,4}$/.test(step) && Number(step) > 0)) return false
  return range === '*' || isRange(range, part)
}

function isRange(range: string, part: CronPart): boolean {
  const [from = '', to, ...more] = range.split('-')
  const first = numberOf(from, part)
  if (first === null || more.length > 0) return false
  if (to === undefined) return true
  const last = numberOf(to, part)
  return last !== null && first <= last
}

function numberOf(text: string, part: CronPart): number | null {
  const named = part.names?.indexOf(text.toLowerCase()) ?? -1
  if (named >= 0) return named + part.least
  if (!/^\d{1,2}$/.test(text)) return null
  const number = Number(text)
  return number >= part.least && number <= part.most ? number : null
}
