import type { Message } from '@millrace/sdk'

const partsMax = 4

/** A result of a window in a line: its group, then names and values; undefined for anything else. */
export function resultText(message: Message | undefined): string | undefined {
  const payload = message?.payload
  if (typeof payload !== 'object' || payload === null) return undefined
  const { start: _start, end: _end, key, ...results } = payload as Record<string, unknown>
  const parts = Object.entries(results).map(([name, value]) => `${name} ${shown(value)}`)
  const text = parts.slice(0, partsMax).join(' · ')
  const more = parts.length > partsMax ? ' …' : ''
  return key === undefined ? text + more : `${shown(key)}: ${text}${more}`
}

function shown(value: unknown): string {
  if (typeof value === 'number') {
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
  }
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '–')
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
