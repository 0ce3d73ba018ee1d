import type { Flow } from '@millrace/flow'
import { until } from '@millrace/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProduct, type Product } from '../browser/product.ts'

const start = 1_700_000_000_000

/** Keeps numbered requests, each at a time of its own; what is asked for is read back. */
const flow: Flow = {
  millrace: 1,
  name: 'numbers',
  title: 'Numbers',
  nodes: [
    { id: 'in', type: 'http/in', config: { method: 'POST', path: '/numbers', answer: 'accepted' } },
    {
      id: 'store',
      type: 'store/write',
      config: {
        measurement: 'number',
        fields: [{ name: 'value', value: 'payload.n', type: 'number' }],
        time: `${start} + payload.n`,
        keepRawMs: 0,
        batchAgeMs: 50,
      },
    },
    { id: 'ask', type: 'http/in', config: { method: 'POST', path: '/read', answer: 'response' } },
    {
      id: 'read',
      type: 'store/read',
      config: {
        measurement: 'number',
        range: 'between',
        from: 'payload.from',
        to: 'payload.to',
        rowsMax: 100_000,
      },
    },
    { id: 'answer', type: 'http/response', config: {} },
  ],
  wires: [
    { from: { node: 'in', port: 'out' }, to: { node: 'store', port: 'in' } },
    { from: { node: 'ask', port: 'out' }, to: { node: 'read', port: 'in' } },
    { from: { node: 'read', port: 'out' }, to: { node: 'answer', port: 'in' } },
  ],
  layout: {},
}

/** A flow with which the engine ends again and again as it starts is taken to be the cause. */
const lifeMs = 2_500

let product: Product
let flowUrl = ''

beforeAll(async () => {
  product = await startProduct()
  await product.api.deploy(flow)
  flowUrl = (await product.api.status()).flowHttpUrl ?? ''
})
afterAll(() => product.stop())

async function send(n: number): Promise<boolean> {
  const body = JSON.stringify({ n })
  const headers = { 'content-type': 'application/json' }
  try {
    const { flowHttpUrl = flowUrl } = await product.api.status()
    const url = `${flowHttpUrl}/numbers`
    const response = await fetch(url, { method: 'POST', headers, body })
    return response.status === 202
  } catch {
    return false
  }
}

async function stored(): Promise<readonly number[]> {
  const { flowHttpUrl = flowUrl } = await product.api.status()
  const response = await fetch(`${flowHttpUrl}/read`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: start, to: start + 100_000 }),
  })
  const rows = (await response.json()) as { value: number }[]
  return rows.map(({ value }) => value)
}

test('what was accepted is stored once, also when the engine is killed again and again', async () => {
  const accepted = new Set<number>()
  let n = 0
  for (let life = 0; life < 5; life += 1) {
    const startedMs = performance.now()
    for (let round = 0; round < 40 || performance.now() - startedMs < lifeMs; round += 1) {
      const batch = Array.from({ length: 10 }, () => (n += 1))
      // oxlint-disable-next-line no-await-in-loop -- a stream of requests, a few at a time
      const answers = await Promise.all(batch.map(send))
      for (const [at, isAccepted] of answers.entries()) if (isAccepted) accepted.add(batch[at] ?? 0)
    }
    const engines = await product.engineProcesses()
    expect(engines.length).toBeGreaterThan(0)
    for (const pid of engines) process.kill(pid, 'SIGKILL')
    await until(() => send((n += 1)).then((isSent) => isSent && accepted.add(n) !== undefined), {
      what: 'the flow to run again',
      timeoutMs: 20_000,
    })
  }
  expect(accepted.size).toBeGreaterThan(1_000)
  // More may be stored: a request whose answer was lost with the engine. So counting is not enough.
  const isAllStored = async (): Promise<boolean> => {
    const found = new Set(await stored())
    return [...accepted].every((one) => found.has(one))
  }
  await until(isAllStored, { what: 'all that was accepted', timeoutMs: 20_000 })
  const found = await stored()
  expect(new Set(found).size).toBe(found.length)
})
