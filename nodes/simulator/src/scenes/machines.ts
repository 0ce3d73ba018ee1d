import { between, chance, normal, rounded, wander } from '../chance/chance.ts'
import { eventAt } from './scene.ts'
import type { Reading, Scene, Step } from './scene.ts'

const machines: readonly (readonly [line: string, machine: string])[] = [
  ['casting', 'furnace-1'],
  ['casting', 'furnace-2'],
  ['milling', 'mill-1'],
  ['milling', 'mill-2'],
  ['milling', 'lathe-1'],
  ['packing', 'belt-1'],
  ['packing', 'robot-1'],
  ['packing', 'wrapper-1'],
]

/** Machines on three lines: a bearing that runs hot, one that falls silent, spikes, late readings. */
export const machinesScene: Scene = {
  stepMs: 500,
  latestSteps: 8,
  readings: (step) => machines.flatMap((_, index) => readingOf(step, index)),
}

function readingOf(step: Step, index: number): readonly Reading[] {
  const { seed, number, sinceMs } = step
  const [line, machine] = machines[index] ?? ['', '']
  if (silentAt(step)?.place === index) return []
  const at = [seed, index, number] as const
  const hot = hotAt(step)
  const heat = hot?.place === index ? Math.min(1, hot.sinceMs / 10_000, hot.leftMs / 10_000) : 0
  const base = between(42, 54, seed, index)
  const day = 5 * Math.sin((2 * Math.PI * sinceMs) / 240_000 + index)
  const drift = 2 * wander(sinceMs / 20_000, seed, index)
  const isSpike = chance(...at, 3) < 0.002
  const temperature = base + day + drift + 0.4 * normal(...at) + 40 * heat + (isSpike ? 400 : 0)
  const vibration = between(1.2, 2.2, seed, index, 9) * (1 + 2 * heat) + 0.1 * normal(...at, 4)
  return [
    {
      topic: `plant/${line}/${machine}`,
      afterMs: Math.floor(between(0, 500, seed, index, 5)),
      payload: {
        machine,
        line,
        temperature: rounded(temperature),
        vibration: rounded(Math.max(0.1, vibration)),
      },
      lateSteps: chance(...at, 6) < 0.02 ? 1 + Math.floor(chance(...at, 7) * 8) : 0,
    },
  ]
}

function hotAt({ seed, sinceMs }: Step) {
  const placeOf = (number: number) => Math.floor(chance(seed, 71, number) * machines.length)
  return eventAt(sinceMs, { firstMs: 8000, everyMs: 70_000, forMs: 40_000, placeOf })
}

function silentAt({ seed, sinceMs }: Step) {
  const placeOf = (number: number) => Math.floor(chance(seed, 72, number) * machines.length)
  return eventAt(sinceMs, { firstMs: 25_000, everyMs: 90_000, forMs: 30_000, placeOf })
}
