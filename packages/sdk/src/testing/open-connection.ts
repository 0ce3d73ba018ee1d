import type { ConnectionType, TestStep } from '../node-type.ts'
import type { ConnectionContext } from '../context.ts'
import type { Descriptor } from '../descriptor/index.ts'
import { manualTime } from './manual-time.ts'
import type { Time } from './manual-time.ts'
import { completeConfig } from './test-config.ts'
import type { TestConfig } from './run.ts'
import { testLog } from './test-node.ts'
import type { LogLine } from './test-node.ts'
import { testTimers } from './test-timers.ts'

export interface TestConnection<Handle> {
  readonly handle: Handle
  readonly log: readonly LogLine[]
  readonly openTimers: number
  /** Closes the connection and ends its timers. */
  close(): Promise<void>
}

/** Opens a connection alone. Against a real server give `time: realTime(globalThis)`. */
export function openConnection<D extends Descriptor, Handle>(
  type: ConnectionType<D, Handle>,
  config: TestConfig<D> = {},
  options: { readonly time?: Time; readonly id?: string } = {},
): TestConnection<Handle> {
  const bench = connectionBench(type, config, options)
  const connection = type.open(bench.context)
  return {
    handle: connection.handle,
    log: bench.log,
    get openTimers() {
      return bench.timers.open
    },
    close: async () => {
      await connection.close()
      bench.timers.cancelAll()
    },
  }
}

/** Runs the connection type's own test and gives its steps. */
export async function testConnection<D extends Descriptor, Handle>(
  type: ConnectionType<D, Handle>,
  config: TestConfig<D> = {},
  options: { readonly time?: Time } = {},
): Promise<readonly TestStep[]> {
  if (type.test === undefined) throw new Error('This connection type has no test.')
  const bench = connectionBench(type, config, options)
  const steps: TestStep[] = []
  for await (const step of type.test(bench.context)) steps.push(step)
  bench.timers.cancelAll()
  return steps
}

function connectionBench<D extends Descriptor, Handle>(
  type: ConnectionType<D, Handle>,
  config: TestConfig<D>,
  options: { readonly time?: Time; readonly id?: string },
) {
  const time = options.time ?? manualTime()
  const timers = testTimers(time, (task) => task())
  const log: LogLine[] = []
  const context: ConnectionContext<D> = {
    id: options.id ?? 'connection',
    name: type.descriptor.title,
    flow: 'test',
    // Completed against this descriptor's own fields.
    config: completeConfig(type.descriptor.fields, config, {}) as ConnectionContext<D>['config'],
    clock: time.clock,
    timers,
    log: testLog(log),
  }
  return { context, timers, log }
}
