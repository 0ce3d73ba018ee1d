import type { FlowNode } from '@millrace/flow'
import type { Message, NodeType } from '@millrace/sdk'
import type { Deployment, DeploymentSpec } from '../deployment.ts'
import { openDeployment } from '../open-deployment.ts'
import { createDurableNodes } from './durable-nodes.ts'
import type { Waiting } from './durable-nodes.ts'
import { createManualHost } from './manual-host.ts'
import type { ManualHost } from './manual-host.ts'
import { createMemoryDisk } from './memory-disk.ts'
import type { MemoryDisk } from './memory-disk.ts'
import { createTestNodes } from './test-nodes.ts'
import type { TestNodes } from './test-nodes.ts'

/** A flow on a disk that survives it, as often as it crashes. */
export class CrashBench {
  readonly disk: MemoryDisk = createMemoryDisk()
  spec: DeploymentSpec
  /** Node types beside those for tests. */
  types: readonly NodeType[] = []
  waiting: Waiting[] = []
  nodes: TestNodes = createTestNodes()
  host: ManualHost = createManualHost({ nodeTypes: [] })
  deployment: Deployment
  private now = 1_000_000
  private readonly keysMax: number

  /** Of each state map so many values stay in memory. */
  constructor(spec: DeploymentSpec, keysMax = Infinity) {
    this.keysMax = keysMax
    this.spec = spec
    this.deployment = openDeployment(spec, this.host)
  }

  async start(): Promise<this> {
    this.waiting = []
    this.nodes = createTestNodes()
    const nodeTypes = [...this.types, ...this.nodes.nodeTypes, ...createDurableNodes(this.waiting)]
    this.host = createManualHost({
      nodeTypes,
      startMs: this.now,
      disk: this.disk,
      stateKeysMax: this.keysMax,
    })
    this.deployment = openDeployment(this.spec, this.host)
    await this.deployment.start()
    this.host.advance(0)
    return this
  }

  async crash(): Promise<void> {
    this.now = this.host.clock.now()
    this.disk.crash()
    await this.start()
  }

  /** What the source `in` takes in, by its log. */
  take(payload: unknown, more: Partial<Message> = {}) {
    return this.nodes.source('in').take({ payload, ...more })
  }

  /** What reached sinks since the last start. */
  get payloads(): unknown[] {
    return this.nodes.received.map(({ message }) => message.payload)
  }

  /** What the node `count` counted, by key. */
  counts(): unknown {
    return this.deployment.snapshot()['count']?.['counts']
  }
}

/** A node of a type for tests. */
export function testNode(id: string, type: string, config: FlowNode['config'] = {}): FlowNode {
  return { id, type: `test/${type}`, config }
}
