/**
 * How well an entry of the command palette fits what was typed, from 0 (not at all) to 1. What it is
 * called counts most, in the order of the letters; what stands in a node's settings only finds
 * nodes that nothing else would.
 */
export function paletteScore(
  name: string,
  query: string,
  keywords: readonly string[] = [],
): number {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return 1
  const title = name.toLowerCase()
  const scores = words.map((word) => wordScore(title, word, keywords))
  if (scores.includes(0)) return 0
  const wholeName = title.startsWith(query.toLowerCase().trim()) ? 0.1 : 0
  return Math.min(1, scores.reduce((sum, score) => sum + score, 0) / words.length + wholeName)
}

function wordScore(title: string, word: string, keywords: readonly string[]): number {
  if (title.startsWith(word)) return 0.9
  if (title.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word))) return 0.75
  if (title.includes(word)) return 0.5
  if (keywords.some((keyword) => keyword.toLowerCase().startsWith(word))) return 0.4
  if (keywords.some((keyword) => keyword.toLowerCase().includes(word))) return 0.2
  return isSubsequence(word, title) ? 0.1 : 0
}

function isSubsequence(letters: string, text: string): boolean {
  let at = 0
  for (const letter of text) if (letter === letters[at]) at += 1
  return at === letters.length
}
