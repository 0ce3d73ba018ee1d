import { FaultPlan, heatOf } from './faults.ts'
import { Random } from './random.ts'

/** What a device says of itself. */
export interface Reading {
  readonly device: string
  /** Degrees Celsius. */
  readonly temperature: number
  /** Percent. */
  readonly humidity: number
  /** Millimetres per second, root mean square. */
  readonly vibration: number
  /** When it was measured, in milliseconds since the epoch. */
  readonly time: number
}

export interface Publication {
  readonly topic: string
  readonly reading: Reading
}

export interface PlantOptions {
  readonly seed: number
  /** When the plant starts to run, in milliseconds since the epoch. */
  readonly startedAt: number
}

/** More than this at once means that the clock jumped; the rest is left out. */
const publicationsMax = 500

const lines: readonly (readonly [line: string, devices: readonly string[]])[] = [
  ['casting', ['furnace-1', 'furnace-2', 'mould-1', 'mould-2']],
  ['milling', ['mill-1', 'mill-2', 'mill-3', 'lathe-1']],
  ['packing', ['belt-1', 'belt-2', 'robot-1', 'wrapper-1']],
]

/**
 * A plant whose dozen devices measure twice a second each: with noise, a daily rhythm, drift, faults
 * and messages that come late. The seed and the times it is asked for decide everything; how often
 * it is asked does not.
 */
export class Plant {
  private readonly devices: readonly Device[]

  constructor({ seed, startedAt }: PlantOptions) {
    const names = lines.flatMap(([line, devices]) => devices.map((name) => ({ line, name })))
    const faults = new FaultPlan(seed, names.length)
    this.devices = names.map(
      ({ line, name }, index) => new Device({ line, name, index, seed, startedAt, faults }),
    )
  }

  /** All that is published up to that time and was not given yet, in order. */
  publicationsUntil(now: number): readonly Publication[] {
    const due = this.devices.flatMap((device) => device.publicationsUntil(now))
    return due
      .toSorted((one, other) => one.publishedAt - other.publishedAt)
      .slice(-publicationsMax)
      .map(({ topic, reading }) => ({ topic, reading }))
  }
}

interface Due extends Publication {
  readonly publishedAt: number
}

interface DeviceOptions extends PlantOptions {
  readonly line: string
  readonly name: string
  readonly index: number
  readonly faults: FaultPlan
}

/** A day of this plant, short enough to see the rhythm. */
const dayMs = 240_000
const driftMs = 1_800_000

class Device {
  private readonly options: DeviceOptions
  private readonly topic: string
  private readonly random: Random
  private readonly base: Readonly<Record<'temperature' | 'humidity' | 'vibration', number>>
  private readonly dayShift: number
  private readonly drift: number
  private nextAt: number
  /** Measured but not yet published: the line was down. */
  private held: Due[] = []
  private wander = 0
  private last: Reading | undefined

  constructor(options: DeviceOptions) {
    const { line, name, index, seed, startedAt } = options
    this.options = options
    this.topic = `plant/${line}/${name}/telemetry`
    this.random = new Random(seed * 31 + index * 1_009)
    const { random } = this
    this.base = {
      temperature: random.between(42, 54),
      humidity: random.between(38, 52),
      vibration: random.between(1.2, 2.4),
    }
    this.dayShift = random.between(-0.06, 0.06)
    this.drift = random.between(-3, 3)
    this.nextAt = Math.round(startedAt + random.between(0, 500))
  }

  publicationsUntil(now: number): readonly Due[] {
    if (now - this.nextAt > 60_000) this.nextAt = now - 1_000
    const due: Due[] = []
    while (this.nextAt <= now) {
      const measuredAt = this.nextAt
      this.nextAt += Math.round(this.random.between(400, 500))
      this.publish(this.measure(measuredAt), measuredAt, due)
    }
    const isDue = ({ publishedAt }: Due): boolean => publishedAt <= now
    due.push(...this.held.filter(isDue))
    this.held = this.held.filter((each) => !isDue(each))
    return due
  }

  /** Most readings go out at once; some come late, and a few much too late. */
  private publish(reading: Reading, measuredAt: number, due: Due[]): void {
    const { topic, random } = this
    const chance = random.next()
    if (chance >= 0.025) {
      due.push({ topic, reading, publishedAt: measuredAt })
      return
    }
    const delayMs = chance < 0.005 ? random.between(15_000, 25_000) : random.between(1_000, 6_000)
    this.held.push({ topic, reading, publishedAt: Math.round(measuredAt + delayMs) })
  }

  private measure(time: number): Reading {
    const { options, random, base } = this
    const { faults, index, startedAt, name } = options
    const sinceMs = time - startedAt
    const fault = faults.at(index, sinceMs)
    const noise = [random.normal(), random.normal(), random.normal()] as const
    const isSpike = fault?.kind === 'spikes' && random.isTrue(0.15)
    this.wander = this.wander * 0.98 + noise[0] * 0.12
    if (fault?.kind === 'stuck' && this.last !== undefined) return { ...this.last, time }
    const heat = fault?.kind === 'hot-bearing' ? heatOf(fault, sinceMs) : 0
    const day = Math.sin(2 * Math.PI * (time / dayMs + this.dayShift))
    const drift = this.drift * Math.sin((2 * Math.PI * sinceMs) / driftMs)
    const temperature =
      base.temperature + 6 * day + drift + this.wander + 0.4 * noise[1] + 38 * heat
    const humidity = base.humidity - 7 * day + 0.8 * noise[2] - 4 * heat
    const vibration = base.vibration * (1 + 3 * heat) + 0.08 * noise[1] * noise[1]
    this.last = {
      device: name,
      temperature: rounded(isSpike ? temperature + 400 : temperature),
      humidity: rounded(Math.max(0, Math.min(100, humidity))),
      vibration: rounded(vibration),
      time,
    }
    return this.last
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
