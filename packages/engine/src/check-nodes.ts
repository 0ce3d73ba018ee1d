import { connectionOwner, nodeOwner } from '@millrace/flow'
import type { FlowNode, Problem } from '@millrace/flow'
import type { Connection, NodeType, Obstacle, Timers } from '@millrace/sdk'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { Compilers } from './config/compilers.ts'
import { resolveConfig } from './config/resolve.ts'
import type { DeploymentSpec, EngineHost } from './deployment.ts'
import { sentenceOf } from './error.ts'
import { nodeLog } from './run/node-context.ts'
import { NodeTimers, Turn } from './run/node-timers.ts'

/** Nodes of a flow that is about to be deployed. */
export interface NodesCheck {
  readonly spec: DeploymentSpec
  readonly nodes: readonly string[]
}

export type CheckHost = Pick<EngineHost, 'nodeTypes' | 'clock' | 'schedule' | 'log'>

/** What a node has not said by then does not stand in the way. */
const withinMs = 5_000
/** All of them together: less than who waits for the answer has patience, so that what was found is told. */
const allWithinMs = 12_000
const closedWithinMs = 2_000
/** Nodes that are asked at the same time. */
const atOnce = 16

/**
 * Asks the types of these nodes what would keep them from their work, apart from what runs. Only the
 * connections that a descriptor names for it are opened, and closed again.
 */
export async function checkNodes(
  { spec, nodes }: NodesCheck,
  host: CheckHost,
): Promise<readonly Problem[]> {
  const wanted = new Set(nodes)
  const asked = spec.flow.nodes.filter(({ id }) => wanted.has(id))
  const checker = new NodeChecker(spec, host)
  const problems: Problem[] = []
  try {
    for (let at = 0; at < asked.length; at += atOnce) {
      const some = asked.slice(at, at + atOnce).map((node) => checker.check(node))
      // oxlint-disable-next-line no-await-in-loop -- no more than so many at a time
      problems.push(...(await Promise.all(some)).flat())
    }
  } finally {
    await checker.close()
  }
  return problems
}

type CheckedType = Extract<NodeType, { check?: unknown }>

class NodeChecker {
  private readonly spec: DeploymentSpec
  private readonly host: CheckHost
  private readonly compilers = new Compilers()
  private readonly timers: NodeTimers
  private readonly endMs: number
  private readonly open = new Map<string, Connection<unknown>>()

  constructor(spec: DeploymentSpec, host: CheckHost) {
    this.spec = spec
    this.host = host
    this.endMs = host.clock.monotonic() + allWithinMs
    this.timers = new NodeTimers(host, new Turn(host), { runAttributed: (task) => task() })
  }

  async check(node: FlowNode): Promise<readonly Problem[]> {
    const type = this.host.nodeTypes.get(node.type)
    if (type === undefined || !('check' in type) || type.check === undefined) return []
    const leftMs = Math.min(withinMs, this.endMs - this.host.clock.monotonic())
    if (leftMs <= 0) return [{ ...unchecked('other nodes took too long.'), node: node.id }]
    try {
      const found = await Promise.race([this.ask(type, node), this.giveUp(leftMs)])
      return found.map((obstacle) => ({ ...obstacle, node: node.id }))
    } catch (error) {
      // A configuration that is wrong is refused when the flow starts, with the same sentence.
      return [{ ...unchecked(sentenceOf(error)), node: node.id }]
    }
  }

  async close(): Promise<void> {
    this.timers.close()
    const { promise: patience, resolve } = Promise.withResolvers<void>()
    const limit = this.host.schedule(closedWithinMs, resolve)
    const closed = [...this.open.values()].map(async (one) => one.close())
    await Promise.race([Promise.allSettled(closed), patience])
    limit.cancel()
  }

  private async ask(type: CheckedType, node: FlowNode): Promise<readonly Obstacle[]> {
    const { clock } = this.host
    const { flow } = this.spec
    // Descriptors are erased in the union.
    const descriptor: Descriptor = type.descriptor
    const config = this.configOf(descriptor, node)
    return type.check?.({ id: node.id, flow: flow.name, config, clock, timers: this.timers }) ?? []
  }

  private configOf({ fields, checkedWith = [] }: Descriptor, { id, config }: FlowNode) {
    const secrets = this.spec.secrets[nodeOwner(this.spec.flow.name, id)] ?? {}
    const parts = { compilers: this.compilers, secrets, node: id }
    const { values, holes } = resolveConfig(fields, config, parts)
    for (const { into, name, field, connection } of holes) {
      into[name] = checkedWith.includes(field) ? this.handleOf(connection) : undefined
    }
    return values
  }

  private handleOf(id: string): unknown {
    const known = this.open.get(id) ?? this.openNow(id)
    if (known !== undefined) this.open.set(id, known)
    return known?.handle
  }

  private openNow(id: string): Connection<unknown> | undefined {
    const document = this.spec.connections.find((one) => one.id === id)
    const type = document && this.host.nodeTypes.get(document.type)
    if (document === undefined || type === undefined || !('open' in type)) return undefined
    const secrets = this.spec.secrets[connectionOwner(id)] ?? {}
    const parts = { compilers: this.compilers, secrets, connection: id }
    const config = resolveConfig(type.descriptor.fields, document.config, parts).values
    const { host, timers } = this
    const log = nodeLog(host, id)
    const { name } = document
    return type.open({ id, name, flow: '', config, clock: host.clock, timers, log })
  }

  private giveUp(afterMs: number): Promise<readonly Obstacle[]> {
    const text = `it took longer than ${Math.ceil(afterMs / 1000)} s.`
    return new Promise((resolve) => {
      const { after }: Timers = this.timers
      after(afterMs, () => resolve([unchecked(text)]))
    })
  }
}

function unchecked(why: string): Obstacle {
  const message = `Whether the node can do its work could not be checked: ${why}`
  return { severity: 'warning', code: 'NODE_UNCHECKED', message }
}
