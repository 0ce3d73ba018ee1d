import type { TestStep } from '@millrace/sdk'
import { CommandRefused } from './flow-host.ts'
import type { SeatHandlers } from './flow-seat.ts'
import { FlowThread } from './flow-thread.ts'
import type { CommandResult, ConnectionTest, EngineSettings } from './messages.ts'

const testLimitMs = 30_000

/** Tries a connection in a thread of its own, which ends with it. */
export async function testInThread(
  { connection, secrets }: ConnectionTest,
  settings: EngineSettings,
  onStep: (step: TestStep) => void,
): Promise<CommandResult> {
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>()
  const thread = new FlowThread({
    nodePackages: settings.nodePackages,
    heapMb: settings.flowHeapMb,
  })
  const handlers: SeatHandlers = {
    flow: '',
    onEvent: (event) => {
      if (event.kind === 'step') onStep(event.step)
      else if (event.kind === 'done') resolve(event.result)
      else if (event.kind === 'refused') reject(new CommandRefused(event))
      else if (event.kind === 'crashed') reject(failed(event.detail))
    },
    onExit: () => reject(failed('its thread ended')),
  }
  const limit = setTimeout(() => reject(failed('it took too long')), testLimitMs)
  thread.seat(handlers, 1).send({ kind: 'test', id: 1, connection, secrets })
  try {
    return await promise
  } finally {
    clearTimeout(limit)
    await thread.terminate(settings.terminateMs)
  }
}

function failed(why: string): CommandRefused {
  const message = `The connection could not be tested: ${why}.`
  return new CommandRefused({ code: 'CONNECTION_TEST_FAILED', message })
}
