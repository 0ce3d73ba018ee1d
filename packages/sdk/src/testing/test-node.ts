import type {
  Hold,
  Log,
  NodeContext,
  OperatingError,
  Report,
  SourceContext,
  Status,
} from '../context.ts'
import type { Descriptor } from '../descriptor/index.ts'
import { outputPorts } from '../descriptor/index.ts'
import { toOperatingError } from '../error.ts'
import type { Message } from '../message.ts'
import { TestBatch } from './test-batch.ts'
import type { TestHold } from './test-batch.ts'
import type { TestHttp } from './test-http.ts'
import type { TestIntake } from './test-intake.ts'
import type { TestState } from './test-state.ts'
import type { TestTimers } from './test-timers.ts'
import type { Time } from './manual-time.ts'

export interface Emitted {
  readonly port: string
  readonly message: Message
}

export interface Failure extends OperatingError {
  readonly message: string
  /** The message that could not be handled. */
  readonly original: Message
}

export interface LogLine {
  readonly level: keyof Log
  readonly text: string
  readonly details: Readonly<Record<string, unknown>> | undefined
}

/** All that a node did, as the bench saw it. */
export interface Seen {
  readonly emitted: Emitted[]
  readonly failures: Failure[]
  readonly reports: Report[]
  readonly statuses: Status[]
  readonly log: LogLine[]
  readonly watermarks: number[]
  readonly deliveries: TestBatch[]
  isPressing: boolean
  heldTime: number
  hasEnded: boolean
  openHolds: number
  /** The batch of the message in hand. */
  batch: TestBatch | undefined
}

export interface TestNodeParts {
  readonly descriptor: Descriptor
  readonly id: string
  readonly config: Readonly<Record<string, unknown>>
  readonly time: Time
  readonly timers: TestTimers
  readonly state: TestState
  readonly http: TestHttp
  readonly isWatched: () => boolean
  readonly settlesByHand: boolean
  readonly isDurable: boolean
  readonly intake: TestIntake | undefined
  readonly seen: Seen
}

export function nothingSeen(): Seen {
  return {
    emitted: [],
    failures: [],
    reports: [],
    statuses: [],
    log: [],
    watermarks: [],
    deliveries: [],
    isPressing: false,
    heldTime: Infinity,
    hasEnded: false,
    openHolds: 0,
    batch: undefined,
  }
}

export function testContext(parts: TestNodeParts): SourceContext {
  return { ...nodeContext(parts), ...sourcePart(parts) }
}

function nodeContext(parts: TestNodeParts): NodeContext {
  const { seen } = parts
  return {
    id: parts.id,
    name: parts.descriptor.title,
    flow: 'test',
    config: parts.config,
    emit: emitsOf(parts),
    clock: parts.time.clock,
    timers: parts.timers,
    state: parts.state,
    log: testLog(seen.log),
    http: parts.http,
    status: (status) => void seen.statuses.push(status),
    report: (report) => void seen.reports.push(report),
    isWatched: parts.isWatched,
    fail: (error, original) => void seen.failures.push({ ...toOperatingError(error), original }),
    ...holdPart(seen),
    pressure: (isHigh) => {
      seen.isPressing = isHigh
    },
    holdTime: (time) => {
      seen.heldTime = time
    },
    isDurable: parts.isDurable,
    goesOn: () => undefined,
    takeRejections: () => undefined,
  }
}

function emitsOf({ descriptor, config, seen }: TestNodeParts): NodeContext['emit'] {
  const emits: Record<string, (message: Message) => void> = {}
  for (const { name } of outputPorts({ ...descriptor, errorPort: false }, config)) {
    emits[name] = (message) => void seen.emitted.push({ port: name, message })
  }
  return emits
}

function holdPart(seen: Seen): Pick<NodeContext, 'hold' | 'resume' | 'release'> {
  return {
    hold: () => {
      seen.openHolds += 1
      // Outside of any message there is nothing to keep open but the hold itself.
      return (seen.batch ?? new TestBatch()).hold()
    },
    resume: (hold, run) => {
      const before = seen.batch
      seen.batch = held(hold).batch
      try {
        run()
      } finally {
        seen.batch = before
      }
    },
    release: (hold, error) => {
      const mine = held(hold)
      if (mine.isReleased) throw new Error('A hold was released twice.')
      mine.isReleased = true
      seen.openHolds -= 1
      mine.batch.release(error)
    },
  }
}

function held(hold: Hold): TestHold {
  // Holds are opaque to the node; all that it has came from `hold` above.
  return hold as TestHold
}

type SourcePart = Pick<SourceContext, 'deliver' | 'watermark' | 'expect' | 'end' | 'intake'>

function sourcePart(parts: TestNodeParts): SourcePart {
  const { seen } = parts
  const deliver: SourceContext['deliver'] = (run, settled) => {
    const batch = new TestBatch(settled)
    seen.deliveries.push(batch)
    const before = seen.batch
    seen.batch = batch
    try {
      run()
    } finally {
      seen.batch = before
    }
    if (!parts.settlesByHand) batch.release()
  }
  return {
    deliver,
    watermark: (time) => void seen.watermarks.push(time),
    expect: () => undefined,
    end: () => {
      seen.hasEnded = true
    },
    intake: parts.intake?.intakeOf(deliver) ?? {
      isDurable: false,
      take: (_record, run, safe) => deliver(run, safe),
      onReplay: () => undefined,
      recall: () => undefined,
    },
  }
}

export function testLog(lines: LogLine[]): Log {
  const at =
    (level: keyof Log) =>
    (text: string, details?: Readonly<Record<string, unknown>>): void =>
      void lines.push({ level, text, details })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
