import { connection, NodeError, sink } from '@millrace/sdk'
import type { Obstacle } from '@millrace/sdk'
import { describe } from '@millrace/sdk/descriptor'
import { expect, test } from 'vitest'
import { checkNodes } from './check-nodes.ts'
import { createManualHost } from './testing/manual-host.ts'
import { specOf } from './testing/spec-of.ts'

const common = { version: 1, summary: '', icon: 'box', title: '', outputs: [] } as const
const opened: string[] = []

const link = connection(
  describe({
    ...common,
    type: 'test/link',
    kind: 'connection',
    category: 'connections',
    inputs: [],
    fields: {
      name: { kind: 'text', label: '', default: '' },
      token: { kind: 'secret', label: '' },
    },
  }),
  ({ config }) => {
    opened.push(`open ${config.name}`)
    const close = () => void opened.push(`close ${config.name}`)
    const hang = () => new Promise<void>(() => undefined)
    return { handle: config, close: config.name === 'hangs' ? hang : close }
  },
)

const fields = {
  broker: { kind: 'connection', label: '', type: 'test/link', required: true },
  registry: { kind: 'connection', label: '', type: 'test/link' },
  says: { kind: 'text', label: '', default: '' },
} as const

const given: unknown[] = []

const checked = sink(
  describe({
    ...common,
    type: 'test/checked',
    kind: 'sink',
    category: 'sinks',
    inputs: [{ name: 'in', title: '' }],
    checkedWith: ['registry'],
    fields,
  }),
  () => ({ onMessage: () => undefined }),
  async ({ id, flow, config }): Promise<readonly Obstacle[]> => {
    given.push({ id, flow, config })
    if (config.says === 'throws') throw new NodeError('GONE', 'It is gone.')
    if (config.says === 'waits') return new Promise(() => undefined)
    if (config.says === '') return []
    return [{ severity: 'error', code: 'SAID', message: config.says, field: 'says' }]
  },
)

const plain = sink(
  describe({
    ...common,
    type: 'test/plain',
    kind: 'sink',
    category: 'sinks',
    inputs: [{ name: 'in', title: '' }],
    fields,
  }),
  () => ({ onMessage: () => undefined }),
)

const document = (id: string) => ({ id, type: 'test/link', name: id, config: { name: id } })
const node = (id: string, config: object = {}, type = 'test/checked') => ({
  id,
  type,
  config: { broker: 'b', registry: 'r', ...config },
})

function open(...nodes: ReturnType<typeof node>[]) {
  opened.length = 0
  given.length = 0
  const host = createManualHost({ nodeTypes: [link, checked, plain] })
  const connections = [document('b'), document('r'), document('hangs')]
  const spec = specOf(nodes, [], { connections, secrets: { 'connection/r': { token: 't' } } })
  const check = checkNodes({ spec, nodes: nodes.map(({ id }) => id) }, host)
  return { host, check }
}

test('asks with those connections alone that are named for it, each opened once and closed', async () => {
  const { check } = open(node('x'), node('y'), node('z', {}, 'test/plain'))
  expect(await check).toEqual([])
  expect(opened).toEqual(['open r', 'close r'])
  const config = { broker: undefined, registry: { name: 'r', token: 't' }, says: '' }
  expect(given).toEqual(['x', 'y'].map((id) => ({ id, flow: 'test', config })))
})

test('gives what stands in the way, with the node', async () => {
  const { check } = open(node('x'), node('y', { says: 'No.' }))
  expect(await check).toEqual([
    { severity: 'error', code: 'SAID', message: 'No.', field: 'says', node: 'y' },
  ])
})

test('lets what cannot be asked not stand in the way', async () => {
  const { check } = open(node('x', { says: 'throws' }), node('y', { broker: '' }))
  expect(await check).toMatchObject([
    {
      severity: 'warning',
      code: 'NODE_UNCHECKED',
      message: expect.stringContaining('It is gone.'),
      node: 'x',
    },
    { severity: 'warning', code: 'NODE_UNCHECKED', node: 'y' },
  ])
})

test('waits for no answer for ever', async () => {
  const { host, check } = open(node('x', { says: 'waits' }))
  host.advance(5000)
  expect(await check).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('longer than 5 s') },
  ])
  expect(opened).toEqual(['open r', 'close r'])
  expect(host.pendingTimers).toBe(0)
})

/** Lets what waits for promises go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('tells what was found though there are too many nodes that do not answer', async () => {
  const silent = Array.from({ length: 70 }, (_, at) => node(`w${at}`, { says: 'waits' }))
  const { host, check } = open(node('x', { says: 'No.' }), ...silent, node('z', { says: 'Late.' }))
  for (const stepMs of [5000, 5000, 2000]) {
    // oxlint-disable-next-line no-await-in-loop -- time passes when all have come that far
    await settled()
    host.advance(stepMs)
  }
  const [first, ...others] = await check
  expect(first).toMatchObject({ severity: 'error', message: 'No.', node: 'x' })
  expect(others.map(({ code }) => code)).toEqual(Array(71).fill('NODE_UNCHECKED'))
  const [last] = others.slice(-1)
  expect(last).toMatchObject({ node: 'z', message: expect.stringContaining('other nodes took') })
  expect(given).toHaveLength(48)
  expect(host.pendingTimers).toBe(0)
})

test('does not wait for a connection that does not close', async () => {
  const { host, check } = open(node('x', { says: 'No.', registry: 'hangs' }))
  await settled()
  host.advance(2000)
  expect(await check).toMatchObject([{ severity: 'error', node: 'x' }])
})
