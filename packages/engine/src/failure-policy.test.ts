import type { ErrorPolicy } from '@millrace/flow'
import { NodeError, sink } from '@millrace/sdk'
import type { Message } from '@millrace/sdk'
import { describe as described } from '@millrace/sdk/descriptor'
import { describe, expect, test } from 'vitest'
import { replayAction } from './dead-letters.ts'
import type { DeadLetter } from './dead-letters.ts'
import { openDeployment } from './open-deployment.ts'
import { createManualHost, createTestNodes } from './testing/index.ts'

interface Trouble {
  /** How often the sink fails at each message. */
  readonly times: number
  /** Whether it fails while it handles the message, or later under a hold. */
  readonly isLate?: boolean
}

/** A flow from a source to a sink that fails, with its errors wired to another sink. */
async function bench(onError: ErrorPolicy | undefined, { times, isLate = false }: Trouble) {
  const nodes = createTestNodes()
  const failed = new Map<unknown, number>()
  const handled: Message[] = []
  const faulty = sink(
    described({
      type: 'test/faulty',
      version: 1,
      kind: 'sink',
      title: 'Faulty',
      summary: '',
      category: 'sinks',
      icon: 'box',
      inputs: [{ name: 'in', title: 'In' }],
      outputs: [],
      fields: {},
    }),
    (context) => ({
      onMessage: (message) => {
        const count = (failed.get(message.payload) ?? 0) + 1
        failed.set(message.payload, count)
        const error = count <= times ? new NodeError('TEST_FULL', 'It is full.') : undefined
        if (!isLate) {
          if (error !== undefined) throw error
          handled.push(message)
          return
        }
        const hold = context.hold()
        context.timers.after(1, () => {
          if (error !== undefined) context.resume(hold, () => context.fail(error, message))
          else handled.push(message)
          context.release(hold, error)
        })
      },
    }),
  )
  const letters: DeadLetter[] = []
  const removed: number[] = []
  const halts: string[] = []
  const stored: ((error?: unknown) => void)[] = []
  const host = Object.assign(createManualHost({ nodeTypes: [...nodes.nodeTypes, faulty] }), {
    deadLetters: {
      put: (letter: DeadLetter, done: (error?: unknown) => void) => {
        letters.push(letter)
        stored.push(done)
      },
      remove: (number: number) => void removed.push(number),
    },
    halt: (node: string, reason: string) => void halts.push(`${node}: ${reason}`),
  })
  const wire = (from: string, port: string, to: string) => ({
    from: { node: from, port },
    to: { node: to, port: 'in' },
  })
  const flow = {
    millrace: 1 as const,
    name: 'f',
    title: 'F',
    nodes: [
      { id: 'in', type: 'test/source', config: {} },
      { id: 'out', type: 'test/faulty', config: {}, ...(onError && { onError }) },
      { id: 'errors', type: 'test/sink', config: {} },
    ],
    wires: [wire('in', 'out', 'out'), wire('out', 'error', 'errors')],
    layout: {},
  }
  const deployment = openDeployment({ flow, connections: [], secrets: {} }, host)
  await deployment.start()
  const errorsOf = () => nodes.received.map(({ message }) => message.payload)
  const source = nodes.source('in')
  const received = () => nodes.received.map(({ message }) => message)
  return { host, deployment, source, handled, letters, stored, removed, halts, errorsOf, received }
}

describe.for([{ isLate: false }, { isLate: true }])('a message that fails %j', ({ isLate }) => {
  test('leaves by the error port when nobody says otherwise', async () => {
    const { source, host, errorsOf, handled } = await bench(undefined, { times: 1, isLate })
    source.emit({ payload: 1 })
    host.advance(60_000)
    expect(errorsOf()).toEqual([1])
    expect(handled).toEqual([])
  })

  test('carries no secret that the host takes out of its error', async () => {
    const { source, host, received } = await bench(undefined, { times: 1, isLate })
    Object.assign(host, { redact: (text: string) => text.replace('full', '•••') })
    source.emit({ payload: 1 })
    host.advance(60_000)
    expect(received()).toMatchObject([{ error: { code: 'TEST_FULL', message: 'It is •••.' } }])
  })

  test('is tried again, waiting twice as long each time, and holds its batch open', async () => {
    const policy = { retries: 3, backoffMs: 100 }
    const { source, host, errorsOf, handled } = await bench(policy, { times: 2, isLate })
    const delivery = source.emit({ payload: 1 })
    host.advance(isLate ? 101 : 100)
    host.advance(150)
    expect([handled.length, delivery.settled]).toEqual([0, 0])
    host.advance(60)
    expect(handled.map(({ payload }) => payload)).toEqual([1])
    expect([delivery.settled, delivery.error]).toEqual([1, undefined])
    expect(errorsOf()).toEqual([])
  })

  test('leaves by the error port after the last retry', async () => {
    const policy = { retries: 2, backoffMs: 10 }
    const { source, host, errorsOf, deployment } = await bench(policy, { times: 9, isLate })
    const delivery = source.emit({ payload: 1 })
    host.advance(1_000)
    expect(errorsOf()).toEqual([1])
    expect(delivery.settled).toBe(1)
    const gauges = deployment.counters().nodes.find(({ node }) => node === 'out')
    expect(gauges).toMatchObject({ errors: 1, inFlight: 0 })
  })

  test('goes to the dead letters, and is dealt with once it is stored', async () => {
    const policy = { retries: 1, backoffMs: 10, policy: 'dead-letter' as const }
    const { source, host, letters, stored, errorsOf } = await bench(policy, { times: 9, isLate })
    const delivery = source.emit({ payload: { t: 1 }, topic: 'a' })
    host.advance(1_000)
    expect(letters).toMatchObject([
      {
        node: 'out',
        input: 0,
        attempts: 2,
        error: { code: 'TEST_FULL', message: 'It is full.' },
        message: { payload: { t: 1 }, topic: 'a' },
      },
    ])
    expect(delivery.settled).toBe(0)
    stored[0]?.()
    expect([delivery.settled, delivery.error, errorsOf()]).toEqual([1, undefined, []])
  })

  test('stops the flow, and stays held', async () => {
    const { source, host, halts, deployment } = await bench(
      { policy: 'stop' },
      { times: 9, isLate },
    )
    const delivery = source.emit({ payload: 1 })
    host.advance(1_000)
    expect(halts).toEqual(['out: It is full.'])
    expect(delivery.settled).toBe(0)
    const gauges = deployment.counters().nodes.find(({ node }) => node === 'out')
    expect(gauges?.inFlight).toBe(1)
  })
})

test('a letter that is given again is gone once it is dealt with', async () => {
  const policy = { policy: 'dead-letter' as const }
  const { source, host, deployment, letters, stored, removed, handled } = await bench(policy, {
    times: 1,
    isLate: true,
  })
  source.emit({ payload: 1 })
  host.advance(10)
  stored[0]?.()
  expect(letters).toHaveLength(1)
  deployment.action('out', replayAction, { letter: 7, input: 0, message: { payload: 1 } })
  expect(removed).toEqual([])
  host.advance(10)
  expect(removed).toEqual([7])
  expect(handled).toEqual([{ payload: 1, time: host.clock.now() - 10 }])
})

test('a change of what is done about errors restarts nothing', async () => {
  const { deployment, source, letters, host } = await bench(undefined, { times: 9 })
  const flow = {
    millrace: 1 as const,
    name: 'f',
    title: 'F',
    nodes: [
      { id: 'in', type: 'test/source', config: {} },
      { id: 'out', type: 'test/faulty', config: {}, onError: { policy: 'dead-letter' as const } },
    ],
    wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'out', port: 'in' } }],
    layout: {},
  }
  const report = await deployment.update({ flow, connections: [], secrets: {} })
  expect([report.started, report.restarted]).toEqual([[], []])
  source.emit({ payload: 1 })
  host.advance(0)
  expect(letters).toHaveLength(1)
})
