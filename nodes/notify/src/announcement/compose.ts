import { severities } from '../policy/item.ts'
import type { Change, Item, Severity } from '../policy/item.ts'
import type { Announcement } from '../policy/dispatch.ts'

/** An announcement in words, before a service's own form is given to it. */
export interface Words {
  /** All in one line, for a subject or a notification. */
  readonly title: string
  /** What stands above the lines; empty where the only line says it all. */
  readonly heading: string
  /** The worst that is open; `over` when nothing is. */
  readonly mood: Mood
  readonly lines: readonly Line[]
  /** What is not listed, such as `and 12 more`, and what came and went; or empty. */
  readonly rest: string
}

export type Mood = Severity | 'over'

export interface Line {
  /** Such as `Critical` or `Over after 12 min`. */
  readonly label: string
  readonly mood: Mood
  readonly text: string
  readonly link: string
  readonly item: Item
}

export interface WordRules {
  /** Stands before every title. */
  readonly prefix: string
  readonly listedMax: number
  /** Longest text of one alert, in characters. */
  readonly textMax: number
}

export function compose({ items, passed, share }: Announcement, rules: WordRules): Words {
  const listedMax = Math.max(1, Math.floor(rules.listedMax * share))
  const textMax = Math.max(shortestText, Math.floor(rules.textMax * share))
  const lines = worstFirst(items)
    .slice(0, listedMax)
    .map((item) => lineOf(item, textMax))
  const [only] = lines
  const isAlone = only !== undefined && items.length === 1
  const withPrefix = (text: string): string =>
    [rules.prefix, text].filter((part) => part !== '').join(' ')
  return {
    title: withPrefix(isAlone ? titleOf(only) : countOf(items)),
    heading: withPrefix(isAlone ? '' : countOf(items)),
    mood: moodOf(items),
    lines,
    rest: restOf(items.length - lines.length, passed),
  }
}

const shortestText = 80

export function lineOf(item: Item, textMax: number): Line {
  const { text, link } = item
  return { label: labelOf(item), mood: moodOf([item]), text: cut(text, textMax), link, item }
}

export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  // A pair of surrogates is not torn apart.
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/u, '')}…`
}

/** In one line, as a subject has to be. */
function titleOf({ label, text }: Line): string {
  return cut(`${label}: ${text.replaceAll(/\s+/g, ' ')}`, titleMax)
}

const titleMax = 150

function labelOf({ change, severity, since, time }: Item): string {
  if (change === 'cleared') {
    return since === null || time <= since ? 'Over' : `Over after ${durationText(time - since)}`
  }
  const word = severityWords[severity]
  if (change === 'repeated') return `${word}, still`
  return change === 'acknowledged' ? `${word}, acknowledged` : word
}

const severityWords = { info: 'Information', warning: 'Warning', critical: 'Critical' } as const

/** With one unit, as people say it. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}

function countOf(items: readonly Item[]): string {
  const parts = countedChanges.flatMap(([changes, word]) => {
    const count = items.filter(({ change }) => changes.includes(change)).length
    return count === 0 ? [] : [`${count} ${word}`]
  })
  const isPlain = items.every(({ change }) => change === 'message')
  return `${items.length} ${isPlain ? 'messages' : `alerts: ${parts.join(', ')}`}`
}

const countedChanges: readonly (readonly [changes: readonly Change[], word: string])[] = [
  [['raised'], 'raised'],
  [['repeated'], 'still open'],
  [['acknowledged'], 'acknowledged'],
  [['cleared'], 'over'],
  [['message'], 'told'],
]

function moodOf(items: readonly Item[]): Mood {
  const open = items.filter(({ change }) => change !== 'cleared')
  return (
    severities.findLast((severity) => open.some((item) => item.severity === severity)) ?? 'over'
  )
}

/** What is open stands before what is over, the worst first; else as it came. */
function worstFirst(items: readonly Item[]): readonly Item[] {
  return items.toSorted((one, other) => rankOf(other) - rankOf(one))
}

function rankOf({ change, severity }: Item): number {
  return change === 'cleared' ? -1 : severities.indexOf(severity)
}

function restOf(more: number, passed: number): string {
  const parts = [
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(passed > 0
      ? [`${passed} ${passed === 1 ? 'alert' : 'alerts'} came and went meanwhile`]
      : []),
  ]
  return parts.join('; ')
}

/** An announcement as plain text, for mail and for who shows no more. */
export function plainText({ lines, rest }: Words): string {
  const texts = lines.map(({ label, text, link }) => `${label}: ${text}${link && `\n  ${link}`}`)
  return [...texts, ...(rest === '' ? [] : [rest])].join('\n')
}
