import { afterEach, expect, test } from 'vitest'
import { filledFolder } from '../testing/filled-folder.ts'
import { StoreReader } from './store-reader.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const start = 1_700_000_000_000

/** A reader whose time limits end as told, not as time passes. */
function bench(waitingMax = 10) {
  const place = filledFolder([
    { store: 'f', measurement: 'm', startMs: start, everyMs: 1000, values: [1, 2, 3] },
  ])
  closing.push(() => place.remove())
  const limits: (() => void)[] = []
  const after = (_delayMs: number, run: () => void) => {
    limits.push(run)
    return { cancel: () => void limits.splice(limits.indexOf(run), 1) }
  }
  const reader = new StoreReader({
    folder: place.path,
    timers: { after },
    withinMs: 5_000,
    waitingMax,
    idleMs: 60_000,
  })
  closing.push(() => reader.close())
  const ask = async (query: string) => {
    const parameters = [['query', query]] as const
    const call = { path: '/api/v1/query', parameters, nowMs: start + 2000, version: '1' }
    const { status, body } = await reader.prometheus(call)
    return { status, body: JSON.parse(body) }
  }
  return { reader, ask, limits }
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

test('ends a query that takes too long, and answers those behind it', async () => {
  const { ask, limits } = bench()
  const [slow, next] = [ask('m'), ask('m + 1')]
  await turn()
  limits[0]?.()
  expect(await slow).toMatchObject({ status: 503, body: { errorType: 'timeout' } })
  expect(await next).toMatchObject({
    status: 200,
    body: { data: { result: [{ value: [1_700_000_002, '4'] }] } },
  })
})

test('refuses queries when too many wait', async () => {
  const { ask } = bench(2)
  const answers = await Promise.all([ask('m'), ask('m'), ask('m')])
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 503])
  expect(answers[2]?.body).toMatchObject({ status: 'error', errorType: 'unavailable' })
})

test('tells what there is', async () => {
  const { ask, reader } = bench()
  expect((await ask('count(m)')).body.data.result[0].value[1]).toBe('1')
  expect(await reader.usage()).toMatchObject([
    { name: 'f', series: 1, measurements: [{ name: 'm' }] },
  ])
})

test('gives up what waits when it is closed', async () => {
  const { ask, reader } = bench()
  const asked = ask('m')
  await turn()
  await reader.close()
  expect(await asked).toMatchObject({ status: 503 })
})
