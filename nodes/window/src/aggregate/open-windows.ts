import { NodeError } from '@millrace/sdk'
import type { KeyedState } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import { isTimeZone, slicingOf } from '@millrace/sdk/windows'
import type { Slicing } from '@millrace/sdk/windows'
import type { descriptor } from './descriptor.ts'
import { CountWindows } from './windows/count-windows.ts'
import { EmptyRows } from './windows/empty-rows.ts'
import type { Known } from './windows/empty-rows.ts'
import { GlobalWindow } from './windows/global-window.ts'
import { LatestWindows } from './windows/latest-windows.ts'
import { SessionWindows } from './windows/session-windows.ts'
import { SlicedWindows } from './windows/sliced-windows.ts'
import { StateWindows } from './windows/state-windows.ts'
import type { Early, FiringParts, WindowParts, Windows } from './windows/windows.ts'

type Config = ConfigOf<typeof descriptor>

type SlicedType = 'tumbling' | 'hopping' | 'cumulate'

/** The windows that a configuration asks for, over the groups' stored state. */
export function openWindows(
  config: Config,
  given: WindowParts & { readonly known: KeyedState<Known> },
): Windows {
  const parts: FiringParts = {
    ...given,
    latenessMs: isCorrecting(config) ? config.allowedLatenessMs : 0,
    isDiscarding: config.accumulation === 'discarding',
    early: earlyOf(config),
  }
  switch (config.type) {
    case 'count':
      return new CountWindows(given, { size: config.messages, orAfterMs: config.orAfterMs })
    case 'session':
      return new SessionWindows(parts, config.gapMs)
    case 'global':
      return new GlobalWindow(parts)
    case 'last':
      return new LatestWindows(given, reachOf(config))
    case 'state':
      return stateWindows(config, given)
    case 'tumbling':
    case 'hopping':
    case 'cumulate': {
      const slicing = checkedSlicing(config, config.type)
      const isFilled = config.type !== 'cumulate' && config.noData === 'row'
      const { forgetAfterMs } = config
      const empty = isFilled ? new EmptyRows({ ...given, forgetAfterMs }, slicing) : undefined
      return new SlicedWindows(parts, slicing, empty)
    }
  }
}

/** Whether the windows look at time at all, so that the watermark concerns them. */
export function isTimed(config: Config): boolean {
  switch (config.type) {
    case 'count':
      return config.orAfterMs > 0
    case 'state':
      return config.maxMs > 0
    case 'global':
      return config.every === 'time'
    case 'last':
      return config.reach === 'time'
    default:
      return true
  }
}

/** Whether messages are taken in the order in which they come, so that none is late. */
export function isByArrival({ type, reach }: Config): boolean {
  return (
    type === 'count' ||
    type === 'state' ||
    type === 'global' ||
    (type === 'last' && reach === 'messages')
  )
}

/** What state must have in common to be of use to a window of this configuration. */
export function shapeOf(config: Config): string {
  const functions = config.aggregates.map((row) => [row.name, row.function])
  const time = isTimed(config) ? config.time : ''
  const isEarly = earlyOf(config) !== undefined
  // The number tells state of this layout from that of others.
  return JSON.stringify([2, config.type, sizeOf(config), time, isEarly, functions])
}

function sizeOf(config: Config): readonly unknown[] {
  switch (config.type) {
    case 'tumbling':
    case 'hopping':
    case 'cumulate': {
      const { type, unit, slideMs, stepMs, slide, offsetMs } = config
      const isFixed = unit === 'duration'
      const size = isFixed ? config.sizeMs : config.size
      const step = type === 'hopping' ? (isFixed ? slideMs : slide) : stepMs
      return [unit, size, type === 'tumbling' ? 0 : step, isFixed ? '' : config.timeZone, offsetMs]
    }
    case 'session':
      return [config.gapMs]
    case 'count':
      return [config.messages]
    case 'last':
      return [config.reach]
    case 'state':
    case 'global':
      return []
  }
}

function checkedSlicing(config: Config, type: SlicedType): Slicing {
  if (config.unit !== 'duration' && !isTimeZone(config.timeZone)) {
    throw new NodeError(
      'WINDOW_NO_SUCH_ZONE',
      `There is no time zone "${config.timeZone}"; name one such as Europe/Berlin.`,
    )
  }
  const slicing = slicingOf({ ...config, type })
  if (slicing !== undefined) return slicing
  throw new NodeError(
    'WINDOW_UNEVEN_STEP',
    'The length of a cumulating window has to be a whole number of its steps.',
  )
}

function stateWindows(config: Config, parts: WindowParts): Windows {
  const { opens, closes, maxMs } = config
  if (opens === undefined) {
    throw new NodeError('WINDOW_NO_CONDITION', 'Say on which condition the window opens.')
  }
  return new StateWindows(parts, { opens, closes, maxMs: maxMs === 0 ? Infinity : maxMs })
}

function reachOf(config: Config): { messages: number } | { lengthMs: number } {
  return config.reach === 'time' ? { lengthMs: config.lastMs } : { messages: config.lastMessages }
}

function isCorrecting({ time, type }: Config): boolean {
  return time === 'event' && isFiring(type)
}

function isFiring(type: Config['type']): boolean {
  return type === 'session' || type === 'tumbling' || type === 'hopping' || type === 'cumulate'
}

function earlyOf(config: Config): Early | undefined {
  const { type, every, early } = config
  if (type === 'global') {
    return every === 'time' ? timed(config.everyMs) : counted(config.everyMessages)
  }
  if (!isFiring(type) || early === 'no') return undefined
  return early === 'time' ? timed(config.earlyMs) : counted(config.earlyMessages)
}

function timed(everyMs: number): Early {
  return { everyMs, everyMessages: Infinity }
}

function counted(everyMessages: number): Early {
  return { everyMs: Infinity, everyMessages }
}
