import { between, chance, normal, rounded, wander } from '../chance/chance.ts'
import { eventAt } from './scene.ts'
import type { Reading, Scene, Step } from './scene.ts'

const pumps = ['pump-1', 'pump-2', 'pump-3', 'pump-4', 'pump-5', 'pump-6']

/** Pumps, each with a vibration of its own; a bearing that wears out knocks more and more often. */
export const pumpsScene: Scene = {
  stepMs: 500,
  latestSteps: 0,
  readings: (step) => pumps.map((_, index) => readingOf(step, index)),
}

function readingOf({ seed, number, sinceMs }: Step, index: number): Reading {
  const pump = pumps[index] ?? ''
  const at = [seed, index, number] as const
  const wearing = eventAt(sinceMs, {
    firstMs: 15_000,
    everyMs: 100_000,
    forMs: 60_000,
    placeOf: (wear) => Math.floor(chance(seed, 77, wear) * pumps.length),
  })
  const wear = wearing?.place === index ? wearing.sinceMs / 60_000 : 0
  const knocks = chance(...at, 3) < 0.05 + 0.4 * wear && wear > 0
  const base = between(1.5, 3.5, seed, index)
  const load = 0.2 * wander(sinceMs / 30_000, seed, index)
  const knock = knocks ? base * between(0.6, 1.2, ...at, 4) : 0
  // Once in a while somebody bumps into one.
  const bump = chance(...at, 5) < 0.001 ? base : 0
  return {
    topic: `pumps/${pump}`,
    afterMs: Math.floor(between(0, 500, seed, index, 6)),
    payload: {
      pump,
      vibration: rounded(Math.max(0, base + load + 0.08 * normal(...at) + knock + bump), 3),
      current: rounded(between(7, 11, seed, index, 7) + load + 0.1 * normal(...at, 8)),
    },
  }
}
