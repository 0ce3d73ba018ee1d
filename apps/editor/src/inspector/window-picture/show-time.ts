const dayMs = 86_400_000

/** The times at which windows end, as short as they can be told apart. */
export function shownTimes(
  times: readonly number[],
  timeZone: string | undefined,
): readonly string[] {
  if (times.length === 0) return []
  const format = new Intl.DateTimeFormat('en-GB', { ...partsFor(times), timeZone })
  const millis = times.some((time) => time % 1000 !== 0)
  return times.map((time) => {
    const text = format.format(time)
    return millis ? `${text}.${String(((time % 1000) + 1000) % 1000).padStart(3, '0')}` : text
  })
}

function partsFor(times: readonly number[]): Intl.DateTimeFormatOptions {
  const [first = 0, second = first] = times
  const clock = { hour: '2-digit', minute: '2-digit' } as const
  if (second - first >= dayMs / 4) return { day: 'numeric', month: 'short', ...clock }
  return times.every((time) => time % 60_000 === 0) ? clock : { ...clock, second: '2-digit' }
}
