import { readFile } from 'node:fs/promises'
import { canonicalText, parseBundle, validateFlow } from '@millrace/flow'
import { descriptors as coreDescriptors } from '@millrace/nodes-core/descriptors'
import { descriptors as mqttDescriptors } from '@millrace/nodes-mqtt/descriptors'
import { descriptors as windowDescriptors } from '@millrace/nodes-window/descriptors'
import { describe, expect, it } from 'vitest'
import { demoBundle, embeddedBrokerConnection, movedBrokerConnection } from './demo.ts'

const nodeTypes = new Map(
  [...coreDescriptors, ...mqttDescriptors, ...windowDescriptors].map((each) => [each.type, each]),
)

describe('the demo', () => {
  const bundle = demoBundle(1883)
  const [flow] = bundle.flows

  it('is a flow without a fault', () => {
    expect(parseBundle(JSON.parse(JSON.stringify(bundle))).problems).toBeUndefined()
    const connections = new Map(bundle.connections.map((each) => [each.id, each]))
    const circumstances = { nodeTypes, connections, secretsSet: new Set<string>() }
    expect(flow && validateFlow(flow, circumstances)).toEqual([])
  })

  it('is stored in canonical form', async () => {
    const text = await readFile(new URL('./demo-flow.json', import.meta.url), 'utf8')
    expect(flow && canonicalText(flow)).toBe(text)
  })

  it('leaves 80 units and more between cards', () => {
    const positions = Object.values(flow?.layout ?? {})
    for (const one of positions) {
      for (const other of positions) {
        if (one === other) continue
        const isBeside = Math.abs(one.y - other.y) < 56
        expect(isBeside ? Math.abs(one.x - other.x) : 280).toBeGreaterThanOrEqual(280)
      }
    }
  })
})

describe('the connection to the embedded broker', () => {
  const connection = embeddedBrokerConnection(1883)

  it.each([
    ['stays when the port is the same', connection, 1883, undefined],
    ['follows the broker to another port', connection, 40_000, embeddedBrokerConnection(40_000)],
    [
      'stays when somebody made it a broker of their own',
      { ...connection, config: { ...connection.config, host: 'broker.example' } },
      40_000,
      undefined,
    ],
  ])('%s', (_name, present, port, expected) => {
    expect(movedBrokerConnection(present, port)).toEqual(expected)
  })
})
