/** Time of day to the millisecond, of a fixed width. */
export function clockText(time: number): string {
  const date = new Date(time)
  const part = (value: number, width = 2) => String(value).padStart(width, '0')
  const seconds = `${part(date.getSeconds())}.${part(date.getMilliseconds(), 3)}`
  return `${part(date.getHours())}:${part(date.getMinutes())}:${seconds}`
}

/** How long ago, in one word that changes rarely: "12 s", "4 min", "3 h". */
export function agoText(time: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - time) / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`
}
