import type { Alert } from '@millrace/protocol'

export interface AlertFilter {
  /** `present`: open or acknowledged. */
  readonly states: 'all' | 'present' | 'open'
  readonly search: string
}

const order = { open: 0, acknowledged: 1, cleared: 2 } as const

/** Those that need somebody first, the newest of them at the top. */
export function alertsToShow(
  alerts: readonly Alert[],
  { states, search }: AlertFilter,
): readonly Alert[] {
  const wanted = search.trim().toLowerCase()
  return alerts
    .filter(({ state }) =>
      states === 'all' ? true : states === 'open' ? state === 'open' : state !== 'cleared',
    )
    .filter(({ text, key, flow }) => `${text}\n${key}\n${flow}`.toLowerCase().includes(wanted))
    .toSorted((a, b) => order[a.state] - order[b.state] || b.raisedAt - a.raisedAt)
}

const longest = 40
/** Digits of a number that are shown: what is averaged has many, which say nothing. */
const digits = 6

/** An alert's value on one line. */
export function valueText(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(Number(value.toPrecision(digits)))
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
