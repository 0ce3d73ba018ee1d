import { openDeployment } from '@millrace/engine'
import type { Deployment, DeploymentSpec, EngineHost } from '@millrace/engine'
import type { ConnectionDocument, Flow, FlowNode, Wire } from '@millrace/flow'
import { nodeTypes as coreTypes } from '@millrace/nodes-core'
import { nodeTypes as httpTypes } from '@millrace/nodes-http'
import { nodeTypes as influxdbTypes } from '@millrace/nodes-influxdb'
import { nodeTypes as mqttTypes } from '@millrace/nodes-mqtt'
import type { Status } from '@millrace/sdk'
import { realTime, testHttp } from '@millrace/sdk/testing'
import type { TestHttp } from '@millrace/sdk/testing'

export interface HostedFlow {
  readonly deployment: Deployment
  readonly http: TestHttp
  /** The last status of a node. */
  status(node: string): Status | undefined
  /** What was logged as a warning or an error. */
  readonly complaints: readonly string[]
}

/** Runs nodes in a row as a flow of the real engine, in real time. */
export async function hostFlow(
  nodes: readonly FlowNode[],
  connections: readonly ConnectionDocument[],
): Promise<HostedFlow> {
  const statuses = new Map<string, Status>()
  const complaints: string[] = []
  const http = testHttp()
  const { clock, schedule } = realTime(globalThis)
  const types = [...coreTypes, ...httpTypes, ...influxdbTypes, ...mqttTypes]
  const host: EngineHost = {
    // The union erases descriptors; every one has a type.
    nodeTypes: new Map(types.map((type) => [(type.descriptor as { type: string }).type, type])),
    clock,
    schedule,
    http,
    log: ({ level, text }) => {
      if (level === 'warn' || level === 'error') complaints.push(text)
    },
    status: (node, status) => void statuses.set(node, status),
    report: () => undefined,
    isWatched: () => false,
    gauges: { allocate: (count) => new Float64Array(count), marker: new Int32Array([-1]) },
  }
  const deployment = openDeployment(specOf(nodes, connections), host)
  await deployment.start()
  return { deployment, http, complaints, status: (node) => statuses.get(node) }
}

export function specOf(
  nodes: readonly FlowNode[],
  connections: readonly ConnectionDocument[],
): DeploymentSpec {
  const wires: Wire[] = nodes.slice(1).map(({ id }, at) => ({
    from: { node: nodes[at]?.id ?? '', port: 'out' },
    to: { node: id, port: 'in' },
  }))
  const flow: Flow = { millrace: 1, name: 'test', title: 'Test', nodes, wires, layout: {} }
  return { flow, connections, secrets: {} }
}
