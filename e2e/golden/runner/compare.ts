import type { OutputLine } from './read-golden.ts'

/**
 * What is different, as sentences. Lines are compared in their order at each sink, those of the same
 * time in their order for each key: the groups of a window come in any order. Numbers are compared
 * within a billionth, as sums depend on their order.
 */
export function differences(
  actual: readonly OutputLine[],
  expected: readonly OutputLine[],
): readonly string[] {
  const nodes = new Set([...actual, ...expected].map(({ node }) => node))
  return [...nodes].flatMap((node) => {
    const mine = actual.filter((line) => line.node === node)
    const theirs = expected.filter((line) => line.node === node)
    return compareAt(node, byKey(mine), byKey(theirs))
  })
}

/** Lines that follow one another and have the same time, by their key. */
function byKey(lines: readonly OutputLine[]): readonly OutputLine[] {
  const stretches: OutputLine[][] = []
  for (const line of lines) {
    const stretch = stretches.at(-1)
    const [first] = stretch ?? []
    if (stretch !== undefined && first !== undefined && of(first, 'time') === of(line, 'time')) {
      stretch.push(line)
    } else stretches.push([line])
  }
  const textOf = (line: OutputLine): string => JSON.stringify(of(line, 'key') ?? null)
  return stretches.flatMap((stretch) =>
    stretch.toSorted((one, other) => textOf(one).localeCompare(textOf(other))),
  )
}

function of({ message }: OutputLine, property: 'time' | 'key'): unknown {
  const isObject = typeof message === 'object' && message !== null
  // What reached a sink is a message; here it is a value of JSON, too.
  return isObject && property in message
    ? (message as Readonly<Record<string, unknown>>)[property]
    : undefined
}

function compareAt(
  node: string,
  actual: readonly OutputLine[],
  expected: readonly OutputLine[],
): string[] {
  const found: string[] = []
  for (let index = 0; index < Math.max(actual.length, expected.length); index += 1) {
    const [mine, theirs] = [withoutUndefined(actual[index]), expected[index]]
    if (isSame(mine, theirs)) continue
    found.push(`${node}, line ${index + 1}:\n  got      ${text(mine)}\n  expected ${text(theirs)}`)
  }
  return found
}

/** As JSON would have it: what is undefined is not there. */
function withoutUndefined(line: OutputLine | undefined): unknown {
  return line === undefined ? undefined : JSON.parse(JSON.stringify(line))
}

function text(line: unknown): string {
  return line === undefined ? 'nothing' : JSON.stringify(line)
}

export function isSame(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number') {
    return Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other))
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return one === other
  }
  const [left, right] = [Object.entries(one), new Map(Object.entries(other))]
  return (
    Array.isArray(one) === Array.isArray(other) &&
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)))
  )
}
