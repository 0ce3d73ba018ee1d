/** The name most like a mistyped one, if any is near enough to be meant. */
export function nearestName(name: string, names: Iterable<string>): string | null {
  const wanted = name.toLowerCase().slice(0, maxLength)
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of names) {
    const distance = editDistance(wanted, candidate.toLowerCase().slice(0, maxLength))
    if (distance >= bestDistance) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

const maxLength = 40

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const isEqual = from[row - 1] === to[column - 1]
      const replaced = at(previous, column - 1) + (isEqual ? 0 : 1)
      const edited = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, replaced)
      const isSwap = row > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(isSwap ? Math.min(edited, at(beforePrevious, column - 2) + 1) : edited)
    }
    beforePrevious = previous
    previous = current
  }
  return at(previous, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
