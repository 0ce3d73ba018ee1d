import type { DescriptorsByType, Flow, FlowNode, TestMessage, Wire } from '@millrace/flow'
import type { Message, NodeType } from '@millrace/sdk'
import { outputPorts } from '@millrace/sdk/descriptor'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { mutedConnection, replayedSource } from './replayed-source.ts'
import type { ReplayRecord } from './replayed-source.ts'
import { answering, handSource, mutedSink } from './stand-ins.ts'
import type { HandSource } from './stand-ins.ts'

/** What a trial gives to a flow and wants to see of it. */
export interface StageWishes {
  /** Where messages are given: a source, or an input of another node. */
  readonly given: readonly GivenPlace[]
  /** Outputs to be looked at, as `node:port`. Sinks are looked at in any case. */
  readonly seen: readonly { readonly node: string; readonly port: string }[]
  readonly answers: Readonly<Record<string, readonly TestMessage[]>>
  /** Sources that make messages of records themselves. */
  readonly replayed?: ReadonlySet<string>
}

export interface GivenPlace {
  readonly node: string
  readonly port?: string | undefined
  /** Whether its messages bring their event time, where the node itself does not give any. */
  readonly hasTimes: boolean
}

/** A flow that nothing reaches but by hand, and that reaches nothing. */
export interface Stage {
  readonly flow: Flow
  readonly nodeTypes: ReadonlyMap<string, NodeType>
  /** By `placeKey`; there once the flow has started. */
  readonly sources: ReadonlyMap<string, HandSource>
  /** Sources that take records, by node; there once the flow has started. */
  readonly replays: ReadonlyMap<string, ReplayRecord>
  /** Nodes that were kept from reaching outside and have no answers. */
  readonly muted: readonly string[]
}

export interface StageParts {
  readonly descriptors: DescriptorsByType
  /** The behaviour of all types that the flow uses and that `typesToLoad` names. */
  readonly installed: ReadonlyMap<string, NodeType>
  readonly onSeen: (node: string, port: string, message: Message) => void
}

export function placeKey(node: string, port?: string): string {
  return port === undefined ? node : `${node}:${port}`
}

/** Types whose behaviour a trial of the flow needs: those that nothing stands in for. */
export function typesToLoad(
  flow: Flow,
  descriptors: DescriptorsByType,
  replayed: ReadonlySet<string> = new Set(),
): readonly string[] {
  const wanted = flow.nodes.filter(({ id, type }) => {
    const descriptor = descriptors.get(type)
    if (descriptor === undefined) return false
    return replayed.has(id) || (descriptor.kind === 'operator' && !reachesOut(descriptor))
  })
  return [...new Set(wanted.map(({ type }) => type))]
}

export function reachesOut({ kind, fields, reachesOut: isSaid }: Descriptor): boolean {
  if (kind !== 'operator') return kind === 'source' || kind === 'sink'
  return isSaid === true || Object.values(fields).some((field) => field.kind === 'connection')
}

export function makeStage(flow: Flow, wishes: StageWishes, parts: StageParts): Stage {
  return new StageMaker(flow, wishes, parts).make()
}

const timingNames = ['eventTime', 'lateByMs', 'partition', 'idleAfterMs', 'futureByMs', 'pastByMs']

class StageMaker {
  private readonly flow: Flow
  private readonly wishes: StageWishes
  private readonly parts: StageParts
  private readonly nodeTypes: Map<string, NodeType>
  private readonly sources = new Map<string, HandSource>()
  private readonly replays = new Map<string, ReplayRecord>()
  private readonly muted: string[] = []
  private readonly nodes: FlowNode[] = []
  private wires: Wire[]

  constructor(flow: Flow, wishes: StageWishes, parts: StageParts) {
    this.flow = flow
    this.wishes = wishes
    this.parts = parts
    this.nodeTypes = new Map(parts.installed)
    for (const [type, descriptor] of parts.descriptors) {
      if (descriptor.kind === 'connection') this.nodeTypes.set(type, mutedConnection(descriptor))
    }
    this.wires = [...flow.wires]
  }

  make(): Stage {
    for (const node of this.flow.nodes) this.place(node)
    for (const given of this.wishes.given) this.giveAt(given)
    for (const [index, { node, port }] of this.wishes.seen.entries()) this.look(node, port, index)
    const left = new Set(this.nodes.map(({ id }) => id))
    const wires = this.wires.filter(({ from, to }) => left.has(from.node) && left.has(to.node))
    return {
      flow: { ...this.flow, nodes: this.nodes, wires },
      nodeTypes: this.nodeTypes,
      sources: this.sources,
      replays: this.replays,
      muted: this.muted,
    }
  }

  private place(node: FlowNode): void {
    const descriptor = this.parts.descriptors.get(node.type)
    if (descriptor === undefined || node.isDisabled === true) return
    if (descriptor.kind === 'note' || descriptor.kind === 'connection') return
    if (descriptor.kind === 'source') this.placeSource(node, descriptor)
    else if (descriptor.kind === 'sink') this.placeSink(node, descriptor)
    else this.placeOperator(node, descriptor)
  }

  /** A source that nothing is given to is left out, so that nobody waits for its time. */
  private placeSource(node: FlowNode, descriptor: Descriptor): void {
    if (this.wishes.replayed?.has(node.id) === true) {
      this.placeReplayed(node)
      return
    }
    const given = this.wishes.given.filter((place) => place.node === node.id)
    if (given.length === 0) return
    const type = this.standIn(node, (name) =>
      handSource(name, outputPorts({ ...descriptor, errorPort: false }, node.config), (source) =>
        this.sources.set(placeKey(node.id), source),
      ),
    )
    const hasTimes = given.some((place) => place.hasTimes)
    this.nodes.push({ ...node, type, config: timingOf(node.config, hasTimes) })
  }

  private placeReplayed(node: FlowNode): void {
    const name = `trial:${node.id}`
    const type = replayedSource(this.parts.installed.get(node.type), name, (replay) =>
      this.replays.set(node.id, replay),
    )
    if (type === undefined) return
    this.nodeTypes.set(name, type)
    this.nodes.push({ ...node, type: name })
  }

  private placeSink(node: FlowNode, descriptor: Descriptor): void {
    const outputs = outputPorts({ ...descriptor, errorPort: false }, node.config)
    const type = this.standIn(node, (name) =>
      mutedSink(name, { ...descriptor, outputs }, (message, port) =>
        this.parts.onSeen(node.id, port, message),
      ),
    )
    this.nodes.push({ ...node, type, config: {} })
  }

  private placeOperator(node: FlowNode, descriptor: Descriptor): void {
    const answers = this.wishes.answers[node.id]
    if (answers === undefined && !reachesOut(descriptor)) {
      this.nodes.push(this.wishes.replayed === undefined ? trusting(node, descriptor) : node)
      return
    }
    if (answers === undefined) this.muted.push(node.id)
    const like = { descriptor, config: node.config }
    const type = this.standIn(node, (name) => answering(name, like, answers ?? []))
    this.nodes.push({ ...node, type, config: {} })
  }

  /** Messages given to an operator or sink come in the place of all that is wired there. */
  private giveAt({ node, port, hasTimes }: GivenPlace): void {
    const placed = this.flow.nodes.find(({ id }) => id === node)
    const descriptor = placed && this.parts.descriptors.get(placed.type)
    if (descriptor === undefined || descriptor.kind === 'source') return
    const input = port ?? descriptor.inputs[0]?.name ?? 'in'
    const id = `trial:in:${node}:${input}`
    if (this.nodes.some((other) => other.id === id)) return
    const key = placeKey(node, port)
    this.nodeTypes.set(
      id,
      handSource(id, [{ name: 'out', title: 'Out' }], (source) => this.sources.set(key, source)),
    )
    this.nodes.push({ id, type: id, config: timingOf({}, hasTimes) })
    this.wires = this.wires.filter(({ to }) => to.node !== node || to.port !== input)
    this.wires.push({ from: { node: id, port: 'out' }, to: { node, port: input } })
  }

  private look(node: string, port: string, index: number): void {
    const id = `trial:out:${index}`
    const like = { title: '', inputs: [{ name: 'in', title: 'In' }], outputs: [] }
    const type = mutedSink(id, like, (message) => this.parts.onSeen(node, port, message))
    this.nodeTypes.set(id, type)
    this.nodes.push({ id, type: id, config: {} })
    this.wires.push({ from: { node, port }, to: { node: id, port: 'in' } })
  }

  private standIn({ id }: FlowNode, make: (type: string) => NodeType): string {
    const type = `trial:${id}`
    this.nodeTypes.set(type, make(type))
    return type
  }
}

/** As the clock of a test need not be that of its messages; what is replayed has both. */
function trusting(node: FlowNode, { timed }: Descriptor): FlowNode {
  return timed === true ? { ...node, config: { futureByMs: 0, ...node.config } } : node
}

/** The way in which a source tells time; by what messages bring where it has none of its own. */
function timingOf(config: FlowNode['config'], hasTimes: boolean): FlowNode['config'] {
  const timing = Object.fromEntries(
    Object.entries(config).filter(([name]) => timingNames.includes(name)),
  )
  const { eventTime } = timing
  const hasOwn = typeof eventTime === 'string' && eventTime.trim() !== ''
  return hasTimes && !hasOwn ? { ...timing, eventTime: 'time' } : timing
}
