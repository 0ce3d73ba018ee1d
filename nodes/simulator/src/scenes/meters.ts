import { between, chance, rounded } from '../chance/chance.ts'
import type { Reading, Scene, Step } from './scene.ts'

const meters = ['m-101', 'm-102', 'm-103', 'm-201', 'm-202', 'm-203', 'm-301', 'm-302', 'm-303']

/** A day here, short enough to see its rhythm. */
const dayMs = 240_000
const hourMs = 3_600_000

/** Meters that count up; a large consumer comes on now and then, and one meter is exchanged. */
export const metersScene: Scene = {
  stepMs: 2000,
  latestSteps: 2,
  readings: (step) => meters.map((_, index) => readingOf(step, index)),
}

function readingOf(step: Step, index: number): Reading {
  const { seed, number } = step
  return {
    topic: `meters/${meters[index]}`,
    afterMs: Math.floor(between(0, 1900, seed, index, 5)),
    payload: { meter: meters[index], energy: rounded(energyOf(step, index), 4) },
    lateSteps:
      chance(seed, index, number, 6) < 0.02
        ? 1 + Math.floor(chance(seed, index, number, 7) * 2)
        : 0,
  }
}

/** What the meter shows, in kWh. The one that is exchanged begins at nothing. */
function energyOf({ seed, sinceMs }: Step, index: number): number {
  const used = usedBy(seed, index, sinceMs)
  const isNew = index === exchanged.index && sinceMs >= exchanged.atMs
  if (isNew) return used - usedBy(seed, index, exchanged.atMs)
  return between(1000, 9000, seed, index, 8) + used
}

const exchanged = { index: 4, atMs: 90_000 } as const

/** The power of a day's rhythm, and of the large consumer, summed up since the beginning. */
function usedBy(seed: number, index: number, sinceMs: number): number {
  const base = between(3, 9, seed, index)
  const phase = (2 * Math.PI * sinceMs) / dayMs + index
  const daily = (0.4 * base * dayMs * (Math.cos(index) - Math.cos(phase))) / (2 * Math.PI)
  return (base * sinceMs + daily + largeKw * largeMs(seed, index, sinceMs)) / hourMs
}

const largeKw = 30
const large = { firstMs: 30_000, everyMs: 100_000, forMs: 40_000 } as const

/** For how long the large consumer has been on at that meter; it is at each meter in its turn. */
function largeMs(seed: number, index: number, sinceMs: number): number {
  const count = meters.length
  const number = Math.floor((sinceMs - large.firstMs) / large.everyMs)
  // The first time that it is at this meter.
  const first = (((index - seed) % count) + count) % count
  if (number < first) return 0
  const times = Math.floor((number - first) / count)
  const isNow = (number - first) % count === 0
  const nowMs = sinceMs - large.firstMs - number * large.everyMs
  const lastMs = isNow ? Math.min(large.forMs, nowMs) : large.forMs
  return times * large.forMs + lastMs
}
