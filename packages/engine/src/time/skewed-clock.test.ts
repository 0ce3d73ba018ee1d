import { operator } from '@millrace/sdk'
import { describe as descriptor, timingFields } from '@millrace/sdk/descriptor'
import { expect, test } from 'vitest'
import { openDeployment } from '../open-deployment.ts'
import { createManualHost, createTestNodes, specOf } from '../testing/index.ts'

const nowMs = Date.UTC(2026, 0, 1)
const minuteMs = 60_000
const yearMs = 365 * 86_400_000

const listen = operator(
  descriptor({
    type: 'test/listen',
    version: 1,
    kind: 'operator',
    title: 'Listen',
    summary: 'Reports watermarks.',
    category: 'transform',
    icon: 'circle',
    inputs: [{ name: 'in', title: 'In' }],
    outputs: [{ name: 'out', title: 'Out' }],
    fields: {},
  }),
  ({ report }) => ({
    onMessage: () => undefined,
    onWatermark: (time) => report({ kind: 'debug', message: time, shows: 'watermark' }),
  }),
)

async function bench(config: Readonly<Record<string, unknown>>) {
  const nodes = createTestNodes()
  const host = createManualHost({ nodeTypes: [listen, ...nodes.nodeTypes], startMs: nowMs })
  const spec = specOf(
    [
      { id: 'in', type: 'test/source', config: { eventTime: 'payload', ...config } },
      { id: 'listen', type: 'test/listen', config: {} },
      { id: 'errors', type: 'test/sink', config: {} },
    ],
    ['in > listen', 'in:error > errors'],
  )
  await openDeployment(spec, host).start()
  return {
    host,
    send: (...times: readonly number[]) =>
      nodes.source('in').emit(...times.map((payload) => ({ payload, topic: String(payload) }))),
    watermark: () =>
      host.reports
        .flatMap(({ node, report }) =>
          node === 'listen' && report.kind === 'debug' ? [report.message] : [],
        )
        .at(-1),
    emit: nodes.source('in').emit,
    errors: () => nodes.received.map(({ message }) => message['error']),
  }
}

const { futureByMs, pastByMs } = timingFields

test('a message from years ahead leaves by the error port, and time goes on without it', async () => {
  const { send, watermark, errors } = await bench({ futureByMs: futureByMs.default })
  send(nowMs, nowMs + 3 * yearMs, nowMs + minuteMs)
  expect(watermark()).toBe(nowMs + minuteMs - 1)
  expect(errors()).toMatchObject([
    {
      code: 'EVENT_TIME_AHEAD',
      message: expect.stringMatching(/3 years ahead of .*"Refuse times ahead by more than"/),
    },
  ])
})

test('a clock that is a little fast is believed, and one of another time zone is not', async () => {
  const { send, watermark, errors } = await bench({ futureByMs: futureByMs.default })
  send(nowMs + 9 * minuteMs, nowMs + 120 * minuteMs)
  expect(watermark()).toBe(nowMs + 9 * minuteMs - 1)
  expect(errors()).toMatchObject([{ code: 'EVENT_TIME_AHEAD' }])
})

test('the time that a source gives a message is held against the clock too', async () => {
  const { emit, errors } = await bench({ eventTime: '', futureByMs: futureByMs.default })
  emit({ payload: 1, time: nowMs + yearMs }, { payload: 2, time: nowMs }, { payload: 3 })
  expect(errors()).toMatchObject([{ code: 'EVENT_TIME_AHEAD' }])
})

test('a time that is no date is named as it is', async () => {
  const { send, errors } = await bench({ futureByMs: futureByMs.default })
  send(nowMs * 1e6)
  expect(errors()).toMatchObject([{ message: expect.stringContaining(String(nowMs * 1e6)) }])
})

test('a message from years ago is taken unless a limit is set, and changes nothing', async () => {
  const { send, watermark, errors } = await bench({ pastByMs: pastByMs.default })
  send(nowMs, 0)
  expect([watermark(), errors()]).toEqual([nowMs - 1, []])
})

test('with a limit, one device with a clock at 1970 does not hold up the others', async () => {
  const held = await bench({ partition: 'topic' })
  held.send(5, nowMs, nowMs + minuteMs)
  expect(held.watermark()).toBe(4)
  const free = await bench({ partition: 'topic', pastByMs: yearMs })
  free.send(5, nowMs)
  expect(free.watermark()).toBe(nowMs - 1)
  expect(free.errors()).toMatchObject([
    {
      code: 'EVENT_TIME_BEHIND',
      message: expect.stringMatching(/56 years behind .*"Refuse times behind by more than"/),
    },
  ])
})
