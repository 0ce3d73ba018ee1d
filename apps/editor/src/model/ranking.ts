import type { Descriptor } from '@millrace/sdk/descriptor'

export interface RankOptions {
  /** Types chosen lately, the last one first. */
  readonly recent?: readonly string[]
  /** Only types that have such a port. */
  readonly needs?: 'input' | 'output' | 'both' | undefined
}

/** Node types for a few typed letters, best first. Without letters: what was used lately, then all. */
export function rankTypes(
  descriptors: readonly Descriptor[],
  query: string,
  { recent = [], needs }: RankOptions = {},
): readonly Descriptor[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return descriptors
    .filter((descriptor) => fits(descriptor, needs))
    .map((descriptor, order) => ({
      descriptor,
      order,
      score: scoreOf(descriptor, words) + recencyOf(descriptor, recent, words.length > 0),
    }))
    .filter(({ score }) => words.length === 0 || score > 0)
    .toSorted((a, b) => b.score - a.score || a.order - b.order)
    .map(({ descriptor }) => descriptor)
}

function fits({ inputs, outputs, errorPort }: Descriptor, needs: RankOptions['needs']): boolean {
  const hasInput = inputs.length > 0
  const hasOutput = 'eachRowOf' in outputs || outputs.length > 0
  if (needs === 'input') return hasInput
  if (needs === 'output') return hasOutput || (errorPort !== false && hasInput)
  if (needs === 'both') return hasInput && hasOutput
  return true
}

function recencyOf({ type }: Descriptor, recent: readonly string[], isTyped: boolean): number {
  const at = recent.indexOf(type)
  if (at === -1) return 0
  return isTyped ? 0 : 100 - at
}

/** Every word has to be found somewhere; how well is the sum. */
function scoreOf(descriptor: Descriptor, words: readonly string[]): number {
  let sum = 0
  for (const word of words) {
    const score = wordScore(descriptor, word)
    if (score === 0) return 0
    sum += score
  }
  return sum
}

function wordScore({ title, type, keywords = [], summary }: Descriptor, word: string): number {
  const name = title.toLowerCase()
  if (name === word) return 100
  if (name.startsWith(word)) return 80
  if (name.split(/\W+/).some((part) => part.startsWith(word))) return 60
  if (keywords.includes(word)) return 55
  if (keywords.some((keyword) => keyword.startsWith(word))) return 45
  if (type.includes(word) || name.includes(word)) return 30
  if (summary.toLowerCase().includes(word)) return 12
  return isSubsequence(word, name) ? 6 : 0
}

function isSubsequence(letters: string, text: string): boolean {
  let at = 0
  for (const letter of text) if (letter === letters[at]) at += 1
  return at === letters.length
}
