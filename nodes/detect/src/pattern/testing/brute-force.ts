/** What the pattern node means, by trying out every way to give messages to steps. */

export interface ModelStep {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly isAbsent: boolean
  /** Whether the message must be higher than the one taken before, if there is one. */
  readonly mustRise: boolean
}

export interface ModelEvent {
  readonly time: number
  /** Letters of the steps that it fits. */
  readonly fits: string
  readonly value: number
}

export interface ModelPattern {
  readonly steps: readonly ModelStep[]
  readonly withinMs: number
  readonly isStrict: boolean
  readonly skip: { readonly to: string; readonly step: number }
}

/** For each message from the first of a match on: the step that it was given to, or null. */
type Way = readonly (number | null)[]

export interface ModelMatch {
  readonly start: number
  /** Steps by name with the times of their messages. */
  readonly steps: Readonly<Record<string, readonly number[]>>
}

/** The matches, in the order of their beginnings. Events are in the order of time. */
export function modelMatches(events: readonly ModelEvent[], pattern: ModelPattern): ModelMatch[] {
  const found: ModelMatch[] = []
  let from = 0
  for (let first = 0; first < events.length; first += 1) {
    if (first < from) continue
    const way = bestWay(events, first, pattern)
    if (way === undefined) continue
    found.push(matchOf(events, first, { way, pattern }))
    from = nextBeginning(first, way, pattern)
  }
  return found
}

/** The way that is complete first and, of those, the one that is preferred. */
function bestWay(
  events: readonly ModelEvent[],
  first: number,
  pattern: ModelPattern,
): Way | undefined {
  const begin = events[first]?.time ?? 0
  const inTime = events.slice(first).filter(({ time }) => time < begin + pattern.withinMs)
  for (let length = 1; length <= inTime.length; length += 1) {
    const ways = waysOf(inTime.slice(0, length), pattern)
    const best = ways.filter((way) => isComplete(way, pattern, false)).toSorted(preferred)[0]
    if (best !== undefined) return best
  }
  const waited = waysOf(inTime, pattern).filter((way) => isComplete(way, pattern, true))
  return waited.toSorted(preferred)[0]
}

function waysOf(events: readonly ModelEvent[], pattern: ModelPattern): Way[] {
  let ways: Way[] = [[]]
  for (let at = 0; at < events.length; at += 1) {
    const choices = [...pattern.steps.keys(), null]
    ways = ways
      .flatMap((way) => choices.map((choice) => [...way, choice]))
      .filter((way) => isAllowed(events, way, pattern))
  }
  return ways
}

/** Whether the last choice of a way was right, after those before it. */
function isAllowed(events: readonly ModelEvent[], way: Way, pattern: ModelPattern): boolean {
  const [before, choice] = [way.slice(0, -1), way.at(-1) ?? null]
  const event = events[before.length]
  if (event === undefined) return false
  const at = placeOf(before)
  const forbidden = isEnough(before, pattern) ? absentAfter(at, pattern) : []
  if (forbidden.some((index) => fits(events, before, { index, pattern }))) return false
  const isOver = pattern.isStrict && before.includes(null)
  const open = isOver ? [] : openSteps(before, pattern)
  const takers = open.filter((index) => fits(events, before, { index, pattern }))
  if (choice !== null) return takers.includes(choice)
  if (before.length === 0 || takers.length > 0) return false
  return !pattern.isStrict || isComplete(before, pattern, true)
}

/** The steps that may take the next message. */
function openSteps(way: Way, pattern: ModelPattern): number[] {
  const at = placeOf(way)
  return [...pattern.steps.keys()].filter((index) => {
    const step = pattern.steps[index]
    if (step === undefined || step.isAbsent || index < at) return false
    if (index === at) return countOf(way, at) < step.max
    const jumped = pattern.steps.slice(at + 1, index)
    return isEnough(way, pattern) && jumped.every(({ min, isAbsent }) => isAbsent || min === 0)
  })
}

function fits(
  events: readonly ModelEvent[],
  way: Way,
  { index, pattern }: { readonly index: number; readonly pattern: ModelPattern },
): boolean {
  const [event, step] = [events[way.length], pattern.steps[index]]
  if (event === undefined || step === undefined || !event.fits.includes(step.name)) return false
  const previous = events[way.findLastIndex((choice) => choice !== null)]
  return !step.mustRise || previous === undefined || event.value > previous.value
}

/** Whether nothing more has to come; with or without steps that must still not come. */
function isComplete(way: Way, pattern: ModelPattern, waits: boolean): boolean {
  const at = placeOf(way)
  if (at < 0 || !isEnough(way, pattern)) return false
  const rest = pattern.steps.slice(at + 1)
  const isDone = rest.every(({ min, isAbsent }) => isAbsent || min === 0)
  return isDone && rest.some(({ isAbsent }) => isAbsent) === waits
}

function absentAfter(at: number, { steps }: ModelPattern): number[] {
  const absent: number[] = []
  for (let index = at + 1; index < steps.length; index += 1) {
    const step = steps[index]
    if (step?.isAbsent === true) absent.push(index)
    else if ((step?.min ?? 0) > 0) break
  }
  return absent
}

function isEnough(way: Way, { steps }: ModelPattern): boolean {
  const at = placeOf(way)
  return countOf(way, at) >= (steps[at]?.min ?? 0)
}

function placeOf(way: Way): number {
  return way.findLast((choice) => choice !== null) ?? -1
}

function countOf(way: Way, step: number): number {
  return way.filter((choice) => choice === step).length
}

/** Rather stay in a step than go on; rather go to a near step than to a far one. */
function preferred(one: Way, other: Way): number {
  for (const [at, choice] of one.entries()) {
    const difference = (choice ?? -1) - (other[at] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}

function matchOf(
  events: readonly ModelEvent[],
  first: number,
  { way, pattern }: { readonly way: Way; readonly pattern: ModelPattern },
): ModelMatch {
  const steps: Record<string, number[]> = {}
  for (const [at, choice] of way.entries()) {
    const name = pattern.steps[choice ?? -1]?.name
    const time = events[first + at]?.time
    if (name === undefined || time === undefined) continue
    steps[name] = [...(steps[name] ?? []), time]
  }
  return { start: events[first]?.time ?? 0, steps }
}

function nextBeginning(first: number, way: Way, { skip }: ModelPattern): number {
  const last = way.findLastIndex((choice) => choice !== null)
  if (skip.to === 'pastLast') return first + last + 1
  const at =
    skip.to === 'first'
      ? way.indexOf(skip.step)
      : skip.to === 'last'
        ? way.lastIndexOf(skip.step)
        : -1
  return Math.max(first + 1, at < 0 ? 0 : first + at)
}
