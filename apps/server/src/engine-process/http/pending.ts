import type { ServerResponse } from 'node:http'

export interface Pending<Route> {
  readonly id: number
  readonly response: ServerResponse
  readonly route: Route
  readonly startedMs: number
  /** Where the request asks to go on as a WebSocket: what came behind it. */
  readonly upgradeHead?: Uint8Array | undefined
  /** Of its body. */
  readonly bodyBytes: number
}

type Started = Pick<Pending<unknown>, 'startedMs' | 'upgradeHead' | 'bodyBytes'>

/** Room for so many slots in an id; the rest of it tells one use of a slot from the next. */
const slotsMax = 2 ** 16

/** Requests that wait for their answer, by an id that is never used twice. */
export class PendingRequests<Route> {
  private readonly slots: (Pending<Route> | undefined)[] = []
  private readonly free: number[] = []
  private readonly limit: number
  private uses = 0

  constructor(limit: number) {
    this.limit = Math.min(limit, slotsMax)
  }

  get size(): number {
    return this.slots.length - this.free.length
  }

  /** Undefined when as many wait as may. */
  add(
    response: ServerResponse,
    route: Route,
    { startedMs, upgradeHead, bodyBytes }: Started,
  ): number | undefined {
    const slot = this.free.pop() ?? this.slots.length
    if (slot >= this.limit) return undefined
    this.uses += 1
    const id = this.uses * slotsMax + slot
    this.slots[slot] = { id, response, route, startedMs, upgradeHead, bodyBytes }
    return id
  }

  /** Takes it out; undefined when it was answered before. */
  take(id: number): Pending<Route> | undefined {
    const slot = id % slotsMax
    const pending = this.slots[slot]
    if (pending === undefined || pending.id !== id) return undefined
    this.slots[slot] = undefined
    this.free.push(slot)
    return pending
  }

  takeWhere(matches: (pending: Pending<Route>) => boolean): readonly Pending<Route>[] {
    const taken: Pending<Route>[] = []
    for (const pending of this.slots) {
      if (pending === undefined || !matches(pending)) continue
      this.take(pending.id)
      taken.push(pending)
    }
    return taken
  }
}
