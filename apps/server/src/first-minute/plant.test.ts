import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Plant, type Publication } from './plant.ts'

const startedAt = Date.UTC(2026, 0, 1)

function run(durationMs: number, { seed = 1, everyMs = 100 } = {}): readonly Publication[] {
  const plant = new Plant({ seed, startedAt })
  const publications: Publication[] = []
  for (let now = startedAt; now <= startedAt + durationMs; now += everyMs) {
    publications.push(...plant.publicationsUntil(now))
  }
  return publications
}

/** Averages of 10 seconds by device, as the demo flow makes them. */
function averages(publications: readonly Publication[]) {
  const sums = new Map<string, { device: string; end: number; sum: number; count: number }>()
  for (const { reading } of publications) {
    if (reading.temperature > 150) continue
    const end = (Math.floor(reading.time / 10_000) + 1) * 10_000
    const key = `${reading.device} ${end}`
    const sum = sums.get(key) ?? { device: reading.device, end, sum: 0, count: 0 }
    sums.set(key, { ...sum, sum: sum.sum + reading.temperature, count: sum.count + 1 })
  }
  return [...sums.values()].map(({ device, end, sum, count }) => ({
    device,
    end,
    average: sum / count,
  }))
}

describe('Plant', () => {
  const fiveMinutes = run(300_000)

  it('has a dozen devices on three lines that publish 24 to 30 messages a second', () => {
    expect(new Set(fiveMinutes.map(({ topic }) => topic)).size).toBe(12)
    expect(new Set(fiveMinutes.map(({ topic }) => topic.split('/')[1])).size).toBe(3)
    const perSecond = fiveMinutes.length / 300
    expect(perSecond).toBeGreaterThan(24)
    expect(perSecond).toBeLessThan(30)
  })

  it('gives the same for the same seed, however often it is asked', () => {
    const seeds = fc.integer({ min: 1, max: 1_000 })
    const steps = fc.integer({ min: 20, max: 900 })
    fc.assert(
      fc.property(seeds, steps, (seed, everyMs) => {
        const often = run(15_000, { seed, everyMs })
        const atOnce = run(15_000, { seed, everyMs: 15_000 })
        expect(often.length).toBeGreaterThan(300)
        expect(often).toEqual(atOnce.slice(0, often.length))
      }),
      { numRuns: 20 },
    )
  })

  it('gives something else for another seed', () => {
    expect(run(5_000, { seed: 2 })).not.toEqual(run(5_000))
  })

  it('says plausible things but for spikes', () => {
    const plausible = fiveMinutes.filter(({ reading }) => reading.temperature < 150)
    for (const { reading } of plausible) {
      expect(reading.temperature).toBeGreaterThan(20)
      expect(reading.temperature).toBeLessThan(120)
      expect(reading.humidity).toBeGreaterThanOrEqual(0)
      expect(reading.humidity).toBeLessThanOrEqual(100)
      expect(reading.vibration).toBeGreaterThan(0)
    }
    const spikes = fiveMinutes.length - plausible.length
    expect(spikes).toBeGreaterThan(0)
    expect(spikes).toBeLessThan(fiveMinutes.length / 100)
  })

  it('has a bearing that runs hot within the first minute, and cools down again', () => {
    const hot = averages(fiveMinutes).filter(({ average }) => average > 75)
    expect(hot[0]?.end).toBeGreaterThan(startedAt + 10_000)
    expect(hot[0]?.end).toBeLessThanOrEqual(startedAt + 40_000)
    expect(new Set(hot.map(({ device }) => device)).size).toBeLessThanOrEqual(4)
    const [first] = hot
    const cool = averages(fiveMinutes).find(
      ({ device, end, average }) => device === first?.device && end > first.end && average < 70,
    )
    expect(cool).toBeDefined()
  })

  it('keeps cool without a fault', () => {
    const cool = averages(fiveMinutes).filter(({ average }) => average < 70)
    expect(cool.length / averages(fiveMinutes).length).toBeGreaterThan(0.9)
  })

  it('publishes a few messages late, in order of publication', () => {
    let newest = 0
    let late = 0
    for (const { reading } of fiveMinutes) {
      if (reading.time < newest - 500) late += 1
      newest = Math.max(newest, reading.time)
    }
    expect(late / fiveMinutes.length).toBeGreaterThan(0.01)
    expect(late / fiveMinutes.length).toBeLessThan(0.05)
  })

  it('does not pour out what it missed while the machine slept', () => {
    const plant = new Plant({ seed: 1, startedAt })
    plant.publicationsUntil(startedAt + 1_000)
    expect(plant.publicationsUntil(startedAt + 3_600_000).length).toBeLessThan(100)
  })
})
