/**
 * Windows as their definition has them, with no thought of speed: every window keeps all of its
 * messages. What the node does is compared with this.
 */
export interface Event {
  readonly time: number
  readonly key: string
  readonly value: number | null
}

export type Step =
  | { readonly event: Event }
  | { readonly watermark: number }
  | { readonly restore: true }

export interface Outcome {
  readonly key: string
  readonly start: number
  readonly end: number
  /** How far the last value holds; null for its own time. */
  readonly until: number | null
  readonly values: readonly Event[]
}

export interface Shape {
  readonly latenessMs: number
  readonly isDiscarding: boolean
  /** Results come after so many messages of a window that is still open. */
  readonly everyMessages: number
  /** The same whenever time comes to a whole number of these, of windows with news. */
  readonly everyMs: number
}

export interface Model {
  /** Results of the message, in any order; null when it is late. */
  add(event: Event): readonly Outcome[] | null
  /** Results in the order of their ends. */
  advance(watermark: number): readonly Outcome[]
}

interface Span {
  readonly start: number
  readonly end: number
}

interface Open extends Span {
  readonly key: string
  events: Event[]
  hasFired: boolean
  news: number
}

/** Windows at fixed places: `spansOf` gives all that hold a time. */
export function fixedModel(shape: Shape, spansOf: (time: number) => readonly Span[]): Model {
  const open = new Map<string, Open>()
  let watermark = -Infinity
  const isOver = (end: number): boolean => end - 1 + shape.latenessMs <= watermark
  return {
    add(event) {
      const spans = spansOf(event.time)
      const live = spans.filter(({ end }) => !isOver(end))
      if (spans.length > 0 && live.length === 0) return null
      return live.flatMap(({ start, end }) => {
        const id = `${event.key} ${start} ${end}`
        const window = open.get(id) ?? { key: event.key, start, end, events: [], ...unfired }
        open.set(id, window)
        window.events.push(event)
        window.news += 1
        if (end - 1 <= watermark) return [fired(window, shape)]
        return window.news >= shape.everyMessages ? [fired(window, shape, watermark)] : []
      })
    },
    advance(time) {
      const isMark = passesMark(watermark, time, shape.everyMs)
      watermark = time
      const due = [...open.values()]
        .filter(({ end, hasFired }) => end - 1 <= watermark && !hasFired)
        .filter(({ news }) => news > 0 || !shape.isDiscarding)
        .toSorted((one, other) => one.end - other.end)
        .map((window) => fired(window, shape))
      for (const [id, { end }] of open) if (isOver(end)) open.delete(id)
      const early = [...open.values()]
        .filter(({ end, news }) => isMark && end - 1 > watermark && news > 0)
        .map((window) => fired(window, shape, watermark))
      return [...due, ...early]
    },
  }
}

interface OpenSession {
  readonly key: string
  readonly start: number
  readonly last: number
  readonly events: Event[]
  firedEnd: number
  news: number
}

/** Sessions: messages of a key that are at most the gap apart. */
export function sessionModel(shape: Shape, gapMs: number): Model {
  let open: OpenSession[] = []
  let watermark = -Infinity
  const isOver = (end: number): boolean => end - 1 + shape.latenessMs <= watermark
  const fire = (session: OpenSession): Outcome => {
    const { key, start, last, events } = session
    session.news = 0
    if (last + gapMs - 1 <= watermark) session.firedEnd = last + gapMs
    return { key, start, end: last + gapMs, until: null, values: taken(events, shape) }
  }
  return {
    add(event) {
      const { key, time } = event
      const touched = open.filter(
        (one) => one.key === key && one.start <= time + gapMs && time <= one.last + gapMs,
      )
      if (touched.length === 0 && isOver(time + gapMs)) return null
      open = open.filter((one) => !touched.includes(one))
      const session: OpenSession = {
        key,
        start: Math.min(time, ...touched.map(({ start }) => start)),
        last: Math.max(time, ...touched.map(({ last }) => last)),
        events: [...touched.flatMap(({ events }) => events), event],
        firedEnd: -Infinity,
        news: touched.reduce((news, one) => news + one.news, 1),
      }
      open.push(session)
      const isClosed = session.last + gapMs - 1 <= watermark
      return isClosed || session.news >= shape.everyMessages ? [fire(session)] : []
    },
    advance(time) {
      const isMark = passesMark(watermark, time, shape.everyMs)
      watermark = time
      const due = open
        .filter(({ last, firedEnd }) => last + gapMs - 1 <= watermark && firedEnd < last + gapMs)
        .filter(({ news }) => news > 0 || !shape.isDiscarding)
        .toSorted((one, other) => one.last - other.last)
        .map(fire)
      // Those that were joined by a message behind the watermark have fired already.
      open = open.filter(({ last }) => !isOver(last + gapMs))
      const early = open
        .filter(({ last, news }) => isMark && last + gapMs - 1 > watermark && news > 0)
        .map(fire)
      return [...due, ...early]
    },
  }
}

/** Whether time comes to a mark; at the first watermark nobody knows. */
function passesMark(before: number, watermark: number, everyMs: number): boolean {
  if (everyMs === Infinity || before === -Infinity) return false
  return Math.floor((watermark + 1) / everyMs) > Math.floor((before + 1) / everyMs)
}

const unfired = { hasFired: false, news: 0 }

function fired(window: Open, shape: Shape, earlyAt?: number): Outcome {
  window.hasFired = earlyAt === undefined
  window.news = 0
  const { key, start, end } = window
  return {
    key,
    start,
    end,
    until: earlyAt === undefined ? end : Math.min(end, earlyAt + 1),
    values: taken(window.events, shape),
  }
}

function taken(events: Event[], { isDiscarding }: Shape): readonly Event[] {
  return isDiscarding ? events.splice(0) : [...events]
}

/** The results of all functions, by their definition. `until` is the end that the last value holds to. */
export function aggregated(
  events: readonly Event[],
  until: number | null = null,
): Record<string, unknown> {
  const byTime = events.filter(({ value }) => value !== null).toSorted((a, b) => a.time - b.time)
  const values = byTime.map(({ value }) => value ?? 0)
  const n = values.length
  const sum = values.reduce((one, other) => one + other, 0)
  const squares = values.reduce((all, value) => all + (value - sum / n) ** 2, 0)
  const [first] = byTime
  const latest = byTime.at(-1)?.time ?? 0
  const last = byTime.findLast(({ time }) => time === latest)?.value ?? null
  const change = n === 0 ? null : (last ?? 0) - (values[0] ?? 0)
  const stretchMs = latest - (first?.time ?? 0)
  return {
    rows: events.length,
    count: n,
    sum: n === 0 ? null : sum,
    avg: n === 0 ? null : sum / n,
    min: n === 0 ? null : Math.min(...values),
    max: n === 0 ? null : Math.max(...values),
    first: values[0] ?? null,
    last,
    stddev: n < 2 ? null : Math.sqrt(squares / (n - 1)),
    stddevPopulation: n === 0 ? null : Math.sqrt(squares / n),
    variance: n < 2 ? null : squares / (n - 1),
    variancePopulation: n === 0 ? null : squares / n,
    median: quantile(values, 0.5),
    percentile: quantile(values, 0.9),
    distinct: new Set(values).size,
    delta: change,
    rate: change === null || stretchMs <= 0 ? null : (change * 1000) / stretchMs,
    timeWeighted: timeWeighted(byTime, Math.max(until ?? latest, latest)),
    big: events.filter(({ value }) => value !== null && value > 10).length,
  }
}

export function quantile(values: readonly number[], q: number): number | null {
  const sorted = values.toSorted((one, other) => one - other)
  const place = q * (sorted.length - 1)
  const low = sorted[Math.floor(place)]
  const high = sorted[Math.ceil(place)]
  if (low === undefined || high === undefined) return null
  return low + (high - low) * (place - Math.floor(place))
}

function timeWeighted(byTime: readonly Event[], until: number): number | null {
  const [first] = byTime
  if (first === undefined) return null
  let area = 0
  for (const [index, { time, value }] of byTime.entries()) {
    area += (value ?? 0) * ((byTime[index + 1]?.time ?? until) - time)
  }
  return until === first.time ? (byTime.at(-1)?.value ?? null) : area / (until - first.time)
}
