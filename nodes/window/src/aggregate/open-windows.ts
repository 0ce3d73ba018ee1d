import { NodeError } from '@millrace/sdk'
import type { KeyedState } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import type { descriptor } from './descriptor.ts'
import { CountWindows } from './windows/count-windows.ts'
import type { Counted } from './windows/count-windows.ts'
import { SessionWindows } from './windows/session-windows.ts'
import type { Session } from './windows/session-windows.ts'
import { SlicedWindows } from './windows/sliced-windows.ts'
import type { Pane } from './windows/sliced-windows.ts'
import { cumulate, hopping, tumbling } from './windows/slicing.ts'
import type { Slicing } from './windows/slicing.ts'
import type { WindowParts, Windows } from './windows/windows.ts'

type Config = ConfigOf<typeof descriptor>

/** The windows that a configuration asks for, over the groups' stored state. */
export function openWindows(
  config: Config,
  given: Pick<WindowParts<unknown>, 'fold' | 'onResult'> & { groups: KeyedState<unknown> },
): Windows {
  const parts = {
    ...given,
    latenessMs: config.time === 'event' ? config.allowedLatenessMs : 0,
    isDiscarding: config.accumulation === 'discarding',
  }
  // State of another shape is cleared before use, so what is stored is of the kind that reads it.
  switch (config.type) {
    case 'count':
      return new CountWindows(parts as WindowParts<Counted>, config.messages)
    case 'session':
      return new SessionWindows(parts as WindowParts<Session[]>, config.gapMs)
    case 'tumbling':
    case 'hopping':
    case 'cumulate':
      return new SlicedWindows(parts as WindowParts<Pane[]>, slicingOf(config, config.type))
  }
}

/** What state must have in common to be of use to a window of this configuration. */
export function shapeOf(config: Config): string {
  const functions = config.aggregates.map((row) => [row.name, row.function])
  const size = sizeOf(config)
  const time = config.type === 'count' ? '' : config.time
  return JSON.stringify([config.type, ...size, time, functions])
}

function sizeOf(config: Config): readonly number[] {
  switch (config.type) {
    case 'tumbling':
      return [config.sizeMs, config.offsetMs]
    case 'hopping':
      return [config.sizeMs, config.slideMs, config.offsetMs]
    case 'cumulate':
      return [config.sizeMs, config.stepMs, config.offsetMs]
    case 'session':
      return [config.gapMs]
    case 'count':
      return [config.messages]
  }
}

function slicingOf(config: Config, type: 'tumbling' | 'hopping' | 'cumulate'): Slicing {
  switch (type) {
    case 'tumbling':
      return tumbling(config)
    case 'hopping':
      return hopping(config)
    case 'cumulate':
      if (config.sizeMs % config.stepMs === 0) return cumulate(config)
      throw new NodeError(
        'WINDOW_UNEVEN_STEP',
        'The length of a cumulating window has to be a whole number of its steps.',
      )
  }
}
