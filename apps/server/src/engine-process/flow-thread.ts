import { Worker } from 'node:worker_threads'
import { type Beat, createBeat, storing } from './beat.ts'
import type { DurableFolders } from './durable/flow-durability.ts'
import { FlowSeat, type SeatHandlers } from './flow-seat.ts'
import type { ThreadMessage, ThreadWord, WorkerCommand, WorkerSettings } from './messages.ts'
import { waitedForProcessorMs } from './processor-wait.ts'

export interface FlowThreadOptions {
  readonly nodePackages: readonly string[]
  readonly heapMb: number
  readonly durable?: DurableFolders | undefined
  readonly isUnattended?: boolean | undefined
  /** Called once, when the thread is gone, before its flows are told. */
  onExit?(): void
}

/** A thread in which flows run: one, or several small ones while they behave. */
export class FlowThread {
  readonly beat: Beat
  /** No flow may be seated any more. */
  isEnding = false
  /** Of the thread's time, from 0 to 1, how much its flows took lately. */
  load = 0
  private readonly seats = new Map<number, FlowSeat>()
  private readonly worker: Worker
  private readonly exited: Promise<void>
  private seatsMade = 0
  private culprit: FlowSeat | undefined
  private utilisation: ReturnType<Worker['performance']['eventLoopUtilization']> | undefined

  constructor(options: FlowThreadOptions) {
    this.beat = createBeat()
    this.worker = startWorker(options, this.beat)
    this.worker.on('message', (word: ThreadWord) => this.onWord(word))
    let error: Error | undefined
    this.worker.on('error', (thrown: unknown) => {
      error = thrown instanceof Error ? thrown : new Error(String(thrown))
    })
    this.exited = new Promise((resolve) => {
      this.worker.on('exit', (exitCode) => {
        this.onExit(options, exitCode, error)
        resolve()
      })
    })
  }

  /** How many flows there are in it. */
  get count(): number {
    return this.seats.size
  }

  /** So many flows may be in it, as the most particular of them says. */
  get companyMax(): number {
    return Math.min(...[...this.seats.values()].map((seat) => seat.companyMax))
  }

  get isChanging(): boolean {
    return [...this.seats.values()].some((seat) => seat.isChanging)
  }

  /** Makes room for a flow. */
  seat(handlers: SeatHandlers, companyMax: number): FlowSeat {
    this.seatsMade += 1
    const seat = new FlowSeat(this, { number: this.seatsMade, handlers, companyMax })
    this.seats.set(seat.number, seat)
    this.post({ kind: 'seat', seat: seat.number, marker: seat.marker })
    return seat
  }

  send(seat: number, command: WorkerCommand): void {
    const isWithBodies = command.kind === 'requests' && command.bodies !== null
    this.post({ kind: 'command', seat, command }, isWithBodies ? [command.bodies.buffer] : [])
  }

  /** The flow whose code runs at this moment, where one does. */
  runningSeat(): FlowSeat | undefined {
    for (const seat of this.seats.values()) if (seat.runningNode() >= 0) return seat
    return undefined
  }

  /** Whether an epoch of one of the flows is being stored. */
  get isStoring(): boolean {
    for (const seat of this.seats.values()) if (seat.runningNode() === storing) return true
    return false
  }

  /** For how long so far it could not run because others had the processors, where that is known. */
  readonly waitedMs = (): number | undefined => waitedForProcessorMs(this.beat.threadNumber())

  /** Whether this flow is to answer for what the thread does now. */
  isAnswerable(seat: FlowSeat): boolean {
    const [first] = this.seats.values()
    return (this.runningSeat() ?? first) === seat
  }

  /** Ends the thread by force, with all flows in it. False when it did not end in that time. */
  terminate(withinMs: number, culprit?: FlowSeat): Promise<boolean> {
    this.isEnding = true
    this.culprit ??= culprit
    // Settles with `exited`, which is waited for instead because it can be given up.
    void this.worker.terminate()
    return isWithin(this.exited, withinMs)
  }

  /** Takes one flow out of it that has stopped. False when it did not leave in that time. */
  async leave(seat: FlowSeat, withinMs: number): Promise<boolean> {
    if (!this.seats.has(seat.number)) return true
    if (this.seats.size === 1) return this.terminate(withinMs, seat)
    this.post({ kind: 'leave', seat: seat.number })
    if (await isWithin(seat.left, withinMs)) return true
    // Another flow may have kept the thread from letting it go.
    return this.terminate(withinMs, this.runningSeat() ?? seat)
  }

  /** Called again and again. */
  measureLoad(): void {
    const { performance } = this.worker
    const lately = performance.eventLoopUtilization(this.utilisation)
    this.utilisation = performance.eventLoopUtilization()
    this.load += (lately.utilization - this.load) * loadShare
  }

  private post(message: ThreadMessage, transferred: readonly ArrayBuffer[] = []): void {
    this.worker.postMessage(message, transferred)
  }

  private onWord(word: ThreadWord): void {
    const seat = this.seats.get(word.seat)
    // It left, and this was on its way.
    if (seat === undefined) return
    if (word.kind === 'left') {
      this.vacate(seat)
      return
    }
    if (word.event.kind === 'crashed') this.culprit ??= seat
    seat.onEvent(word.event)
  }

  private vacate(seat: FlowSeat): void {
    this.seats.delete(seat.number)
    seat.onExit({ exitCode: 0, isOutOfMemory: false, company: 1, culprit: undefined })
    if (this.seats.size > 0) return
    this.isEnding = true
    void this.worker.terminate()
  }

  private onExit(options: FlowThreadOptions, exitCode: number, error: Error | undefined): void {
    this.isEnding = true
    const seats = [...this.seats.values()]
    const culprit = this.culprit ?? this.runningSeat()
    const exit = {
      exitCode,
      isOutOfMemory: isOutOfMemory(error),
      ...(error && { error }),
      company: seats.length,
      culprit,
    }
    this.seats.clear()
    options.onExit?.()
    for (const seat of seats) seat.onExit(exit)
  }
}

const loadShare = 0.1

function startWorker(options: FlowThreadOptions, beat: Beat): Worker {
  const settings: WorkerSettings = {
    beatMemory: beat.memory,
    nodePackages: options.nodePackages,
    durable: options.durable,
    isUnattended: options.isUnattended,
  }
  return new Worker(new URL('./worker.ts', import.meta.url), {
    name: 'flow',
    workerData: settings,
    resourceLimits: {
      maxOldGenerationSizeMb: options.heapMb,
      maxYoungGenerationSizeMb: 24,
      stackSizeMb: 4,
    },
  })
}

function isOutOfMemory(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

async function isWithin(done: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs)
  })
  const isDone = await Promise.race([done.then(() => true), tooLong])
  clearTimeout(timer)
  return isDone
}
