import { Random } from './random.ts'

/** Something wrong with one device for a while. Times are milliseconds since the start. */
export interface Fault {
  readonly kind: 'hot-bearing' | 'stuck' | 'spikes'
  /** Number of the device. */
  readonly device: number
  readonly startMs: number
  readonly endMs: number
}

const firstHotMs = 8_000
const hotEveryMs = 90_000
const hotForMs = 45_000
const otherEveryMs = 40_000

/**
 * The faults of a plant: a bearing that runs hot every minute and a half, the first soon enough for
 * somebody who has just arrived, and in between sensors that are stuck or spike.
 */
export class FaultPlan {
  private readonly seed: number
  private readonly deviceCount: number

  constructor(seed: number, deviceCount: number) {
    this.seed = seed
    this.deviceCount = deviceCount
  }

  /** What is wrong with the device at that time. */
  at(device: number, timeMs: number): Fault | undefined {
    const hot = this.hotBearing(Math.floor((timeMs - firstHotMs) / hotEveryMs))
    if (isOf(hot, device, timeMs)) return hot
    const other = this.other(Math.floor(timeMs / otherEveryMs))
    return isOf(other, device, timeMs) ? other : undefined
  }

  private hotBearing(number: number): Fault | undefined {
    if (number < 0) return undefined
    const random = new Random(this.seed + 7_919 * (number + 1))
    const startMs = firstHotMs + number * hotEveryMs
    const device = Math.floor(random.between(0, this.deviceCount))
    return { kind: 'hot-bearing', device, startMs, endMs: startMs + hotForMs }
  }

  private other(number: number): Fault | undefined {
    if (number < 0) return undefined
    const random = new Random(this.seed + 104_729 * (number + 1))
    const kind = random.isTrue(0.5) ? 'stuck' : 'spikes'
    const device = Math.floor(random.between(0, this.deviceCount))
    const startMs = number * otherEveryMs + random.between(5_000, 20_000)
    return { kind, device, startMs, endMs: startMs + random.between(8_000, 18_000) }
  }
}

/** How hot a bearing is that far into its fault, from 0 to 1: up within seconds, then down slowly. */
export function heatOf(fault: Fault, timeMs: number): number {
  const sinceMs = timeMs - fault.startMs
  const leftMs = fault.endMs - timeMs
  return Math.max(0, Math.min(1, sinceMs / 12_000, leftMs / 15_000))
}

function isOf(fault: Fault | undefined, device: number, timeMs: number): fault is Fault {
  if (fault === undefined || fault.device !== device) return false
  return timeMs >= fault.startMs && timeMs < fault.endMs
}
