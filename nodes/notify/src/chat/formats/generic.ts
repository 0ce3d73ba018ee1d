import type { Words } from '../../announcement/compose.ts'
import type { Announcement } from '../../policy/dispatch.ts'

export const genericTextMax = 10_000

/** A message for any web service: the words, and the alerts as data. */
export function genericMessage(words: Words, { id, items, passed }: Announcement): object {
  return {
    id,
    title: words.title,
    severity: words.mood,
    alerts: words.lines.map(({ text, link, item }) => {
      const { change, key, severity, value, time, since } = item
      return { change, key, severity, text, value, time, since, ...(link === '' ? {} : { link }) }
    }),
    more: items.length - words.lines.length,
    passed,
  }
}
