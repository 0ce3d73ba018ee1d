import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Flow, FlowNode } from '@millrace/flow'
import { until } from '@millrace/services'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Product, startProduct } from '../browser/product.ts'

const nodes: readonly FlowNode[] = [
  { id: 'in', type: 'http/in', config: { method: 'POST', path: '/readings' } },
  {
    id: 'count',
    type: 'window/aggregate',
    config: {
      type: 'count',
      messages: 3,
      aggregates: [{ id: 'n', name: 'sum', function: 'sum', value: 'payload' }],
    },
  },
  { id: 'out', type: 'file/out', config: { path: 'sums.jsonl' } },
]

const flow: Flow = {
  millrace: 1,
  name: 'sums',
  title: 'Sums',
  nodes: [...nodes],
  wires: [
    { from: { node: 'in', port: 'out' }, to: { node: 'count', port: 'in' } },
    { from: { node: 'count', port: 'out' }, to: { node: 'out', port: 'in' } },
  ],
  layout: {},
}

let product: Product
beforeEach(async () => {
  product = await startProduct()
})
afterEach(() => product.stop())

async function post(...values: readonly number[]): Promise<void> {
  const { flowHttpUrl = '' } = await product.api.status()
  for (const value of values) {
    const headers = { 'content-type': 'application/json' }
    // oxlint-disable-next-line no-await-in-loop -- in this order
    const answer = await fetch(`${flowHttpUrl}/readings`, {
      method: 'POST',
      body: `${value}`,
      headers,
    })
    expect(answer.status).toBe(202)
  }
}

async function sums(): Promise<readonly number[]> {
  const text = await readFile(join(product.userDirectory, 'files', 'sums.jsonl'), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => (JSON.parse(line) as { sum: number }).sum)
}

const deployment = async () => (await product.api.flow('sums')).deployment
const reset = () => product.api.ask('DELETE', '/flows/sums/state')

test('a flow goes on after it was stopped, and forgets what it knew when its state is reset', async () => {
  await product.api.deploy(flow)
  await post(1, 2)
  await expect(reset()).rejects.toThrow('FLOW_RUNNING')
  await product.api.ask('POST', '/flows/sums/stop')
  const { durability } = await deployment()
  expect(durability?.stateBytes).toBeGreaterThan(0)
  expect(durability?.intakeBytes).toBeGreaterThan(0)
  expect(durability?.lastEpochAt).toBeGreaterThan(0)
  expect(durability?.problem).toBe(undefined)

  await product.api.ask('POST', '/flows/sums/deploy')
  await post(4)
  await until(async () => (await sums()).length === 1, { what: 'the first sum' })
  expect(await sums()).toEqual([7])

  await post(100)
  await product.api.ask('POST', '/flows/sums/stop')
  await reset()
  expect(await readdir(join(product.userDirectory, 'state'))).toEqual([])
  expect(await readdir(join(product.userDirectory, 'intake'))).toEqual([])
  expect((await deployment()).durability).toBe(undefined)

  await product.api.ask('POST', '/flows/sums/deploy')
  await post(1, 1, 1)
  await until(async () => (await sums()).length === 2, { what: 'the second sum' })
  expect(await sums()).toEqual([7, 3])
})
