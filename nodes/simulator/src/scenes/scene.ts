/** What is measured or happens at one place. */
export interface Reading {
  readonly topic: string
  /** Milliseconds after the step began. */
  readonly afterMs: number
  readonly payload: Readonly<Record<string, unknown>>
  /** How many steps later it is sent, as from a place without a connection. */
  readonly lateSteps?: number
}

/** One stretch of a scene. */
export interface Step {
  readonly seed: number
  /** From 0. */
  readonly number: number
  /** From the beginning of the scene to that of the step, in milliseconds. */
  readonly sinceMs: number
}

/**
 * A piece of the world, in steps. What is read in a step depends on the step alone, so that a flow
 * that is resumed sees what it would have seen.
 */
export interface Scene {
  readonly stepMs: number
  /** The most steps by which something is late. */
  readonly latestSteps: number
  readonly readings: (step: Step) => readonly Reading[]
}

/** Something that comes again and again, at one of several places each time. */
export interface Event {
  /** From 0. */
  readonly number: number
  readonly place: number
  /** From its beginning. */
  readonly sinceMs: number
  /** To its end. */
  readonly leftMs: number
}

export interface EventPlan {
  readonly firstMs: number
  readonly everyMs: number
  readonly forMs: number
  /** Which place it is at, by its number. */
  readonly placeOf: (number: number) => number
}

/** The event that there is at a time; none for most times. */
export function eventAt(sinceMs: number, plan: EventPlan): Event | undefined {
  const number = Math.floor((sinceMs - plan.firstMs) / plan.everyMs)
  if (number < 0) return undefined
  const eventSinceMs = sinceMs - plan.firstMs - number * plan.everyMs
  if (eventSinceMs >= plan.forMs) return undefined
  const leftMs = plan.forMs - eventSinceMs
  return { number, place: plan.placeOf(number), sinceMs: eventSinceMs, leftMs }
}
