import fc from 'fast-check'
import { describe, it } from 'vitest'
import { compare, keyOf, pairText, steps, text } from '../testing/steps.ts'
import type { Event, Model } from '../testing/steps.ts'
import { window } from './operator.ts'

const join = fc.constantFrom('inner', 'left', 'right', 'full')
const size = fc.integer({ min: 1, max: 20 })
const offset = fc.integer({ min: -9, max: 9 })

describe('pairs what the definition pairs, whatever comes when, over restarts:', () => {
  it('tumbling', () => {
    fc.assert(
      fc.property(steps, join, size, offset, (todo, kind, sizeMs, offsetMs) => {
        compare(window, {
          config: { leftKey: keyOf, join: kind, type: 'tumbling', sizeMs, offsetMs },
          model: hopModel(kind, { sizeMs, slideMs: sizeMs, offsetMs }),
          todo,
          textOf: pairText,
        })
      }),
      { numRuns: 300 },
    )
  })

  it('hopping, with holes or overlaps of any ratio', () => {
    fc.assert(
      fc.property(steps, join, fc.tuple(size, size, offset), (todo, kind, numbers) => {
        const [sizeMs, slideMs, offsetMs] = numbers
        compare(window, {
          config: { leftKey: keyOf, join: kind, type: 'hopping', sizeMs, slideMs, offsetMs },
          model: hopModel(kind, { sizeMs, slideMs, offsetMs }),
          todo,
          textOf: pairText,
        })
      }),
      { numRuns: 500 },
    )
  })

  it('session', () => {
    fc.assert(
      fc.property(steps, join, fc.integer({ min: 1, max: 9 }), (todo, kind, gapMs) => {
        compare(window, {
          config: { leftKey: keyOf, join: kind, type: 'session', gapMs },
          model: sessionModel(kind, gapMs),
          todo,
          textOf: pairText,
        })
      }),
      { numRuns: 500 },
    )
  })
})

/** Every window keeps all of its messages. */
function hopModel(
  join: string,
  { sizeMs, slideMs, offsetMs }: { sizeMs: number; slideMs: number; offsetMs: number },
): Model {
  const open = new Map<string, { readonly end: number; readonly events: Event[] }>()
  let watermark = -Infinity
  return {
    add(event) {
      const ends: number[] = []
      for (let end = event.time + 1; end <= event.time + sizeMs; end += 1) {
        if (Number.isInteger((end - sizeMs - offsetMs) / slideMs)) ends.push(end)
      }
      const live = ends.filter((end) => end - 1 > watermark)
      if (ends.length > 0 && live.length === 0) return null
      for (const end of live) {
        const id = `${JSON.stringify(event.key)} ${end}`
        const one = open.get(id) ?? { end, events: [] }
        open.set(id, one)
        one.events.push(event)
      }
      return []
    },
    advance(time) {
      watermark = time
      const due = [...open].filter(([, { end }]) => end - 1 <= watermark)
      for (const [id] of due) open.delete(id)
      return due.flatMap(([, { end, events }]) => pairs(join, events, end))
    },
  }
}

/** Messages of a key that are at most the gap apart. */
function sessionModel(join: string, gapMs: number): Model {
  let open: Event[][] = []
  let watermark = -Infinity
  const endOf = (events: readonly Event[]): number =>
    Math.max(...events.map(({ time }) => time)) + gapMs
  return {
    add(event) {
      const isNear = (other: Event): boolean =>
        other.key === event.key && Math.abs(other.time - event.time) <= gapMs
      const touched = open.filter((events) => events.some(isNear))
      if (touched.length === 0 && event.time + gapMs - 1 <= watermark) return null
      if (event.key === null && !isOuter(join, event.side)) return []
      open = open.filter((events) => !touched.includes(events))
      open.push([...touched.flat(), event])
      return []
    },
    advance(time) {
      watermark = time
      const due = open.filter((events) => endOf(events) - 1 <= watermark)
      open = open.filter((events) => !due.includes(events))
      return due.flatMap((events) => pairs(join, events, endOf(events)))
    },
  }
}

function pairs(join: string, events: readonly Event[], end: number): string[] {
  const partnersOf = (one: Event): Event[] =>
    events.filter(({ side }) => side !== one.side && one.key !== null)
  return events.flatMap((one) => {
    const partners = partnersOf(one)
    if (partners.length > 0) {
      return one.side === 0 ? partners.map(({ id }) => text(one.id, id, end - 1)) : []
    }
    if (!isOuter(join, one.side)) return []
    return [one.side === 0 ? text(one.id, undefined, end - 1) : text(undefined, one.id, end - 1)]
  })
}

function isOuter(join: string, side: 0 | 1): boolean {
  return join === 'full' || join === ['left', 'right'][side]
}
