import { between, chance, normal, rounded, wander } from '../chance/chance.ts'
import { eventAt } from './scene.ts'
import type { Event, Reading, Scene, Step } from './scene.ts'

const trucks = ['truck-1', 'truck-2', 'truck-3', 'truck-4', 'truck-5', 'truck-6']

/**
 * Refrigerated trucks: their doors open at every stop, now and then too long, a cooling unit fails,
 * and in a tunnel nothing is sent until its end.
 */
export const coldChainScene: Scene = {
  stepMs: 1000,
  latestSteps: 8,
  readings: (step) => trucks.flatMap((_, index) => readingsOf(step, index)),
}

function readingsOf(step: Step, index: number): readonly Reading[] {
  const truck = trucks[index] ?? ''
  const tunnel = tunnelAt(step)
  const lateSteps = tunnel?.place === index ? Math.ceil(tunnel.leftMs / 1000) : 0
  const door = doorOf(step, index)
  const reading: Reading = {
    topic: `trucks/${truck}/temperature`,
    afterMs: Math.floor(between(0, 900, step.seed, index, 5)),
    payload: { truck, temperature: rounded(temperatureOf(step, index, door), 1) },
    lateSteps,
  }
  const change = door?.sinceMs === 0 ? 'open' : door?.leftMs === 1000 ? 'closed' : undefined
  if (change === undefined) return [reading]
  const payload = { truck, door: change }
  return [{ topic: `trucks/${truck}/door`, afterMs: 950, payload, lateSteps }, reading]
}

function temperatureOf({ seed, number, sinceMs }: Step, index: number, door: Event | undefined) {
  const failing = eventAt(sinceMs, {
    firstMs: 30_000,
    everyMs: 110_000,
    forMs: 70_000,
    placeOf: (failure) => Math.floor(chance(seed, 73, failure) * trucks.length),
  })
  const isFailing = failing?.place === index
  const warmth = isFailing ? 14 * Math.min(1, failing.sinceMs / 30_000, failing.leftMs / 20_000) : 0
  const air = door === undefined ? 0 : Math.min(5, door.sinceMs / 4000)
  return (
    -21 +
    0.8 * wander(sinceMs / 15_000, seed, index) +
    warmth +
    air +
    0.15 * normal(seed, index, number)
  )
}

/** The door of a truck is open for a while at each stop, and of every fourth stop too long. */
function doorOf({ seed, sinceMs }: Step, index: number): Event | undefined {
  const firstMs = 4000 + 7000 * index
  const everyMs = 50_000
  const number = Math.floor((sinceMs - firstMs) / everyMs)
  const isLong = chance(seed, 74, index, number) < 0.25 || (index === 1 && number === 0)
  const forMs = isLong ? 38_000 : 1000 * Math.round(between(6, 12, seed, 75, index, number))
  return eventAt(sinceMs, { firstMs, everyMs, forMs, placeOf: () => index })
}

function tunnelAt({ seed, sinceMs }: Step): Event | undefined {
  const placeOf = (number: number) => Math.floor(chance(seed, 76, number) * trucks.length)
  return eventAt(sinceMs, { firstMs: 20_000, everyMs: 40_000, forMs: 8000, placeOf })
}
