import { maxSteps } from '../limits.ts'

/** What one evaluation may still spend. Each compiled expression has one and fills it anew. */
export interface Meter {
  left: number
}

export function createMeter(): Meter {
  return { left: maxSteps }
}

/** Thrown when an evaluation has spent its steps; its result is then null. */
export class OutOfSteps extends Error {}

export function spend(meter: Meter, steps: number): void {
  meter.left -= steps
  if (meter.left < 0) throw new OutOfSteps('The expression took too many steps')
}

/** Charges for a value that is about to be read through: its length, text at a sixteenth. */
export function spendFor(meter: Meter, value: unknown): void {
  if (typeof value === 'string') spend(meter, 1 + (value.length >> 4))
  else if (Array.isArray(value)) spend(meter, 1 + value.length)
  else if (value instanceof Uint8Array) spend(meter, 1 + (value.length >> 4))
  else spend(meter, 1)
}
