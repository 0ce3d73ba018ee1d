import type { Reading, Scene } from './scene.ts'

/** A reading as it is sent, with the moment at which it was measured. */
export interface Sent {
  readonly topic: string
  readonly payload: Readonly<Record<string, unknown>>
  /** Milliseconds from the beginning of the scene. */
  readonly atMs: number
}

/** What is sent in a step: what is measured in it, and what is late from steps before, in order. */
export function sentIn(scene: Scene, seed: number, number: number): readonly Sent[] {
  const sent: (Sent & { readonly sentMs: number })[] = []
  for (let back = Math.min(scene.latestSteps, number); back >= 0; back -= 1) {
    const measured = number - back
    const sinceMs = measured * scene.stepMs
    for (const reading of scene.readings({ seed, number: measured, sinceMs })) {
      if (latenessOf(reading, scene) !== back) continue
      const { topic, payload, afterMs } = reading
      const sentMs = number * scene.stepMs + (back === 0 ? afterMs : 0)
      sent.push({ topic, payload, atMs: sinceMs + afterMs, sentMs })
    }
  }
  return sent
    .toSorted((one, other) => one.sentMs - other.sentMs)
    .map(({ topic, payload, atMs }) => ({ topic, payload, atMs }))
}

function latenessOf({ lateSteps = 0 }: Reading, { latestSteps }: Scene): number {
  return Math.min(lateSteps, latestSteps)
}
