import type { Flow, FlowNode } from '../flow.ts'
import { deliveryReasons } from './delivery-reasons.ts'
import type { DeliveryCircumstances, DeliveryReason } from './delivery-reasons.ts'

/** How often what enters a flow takes effect at its end; `best-effort` promises neither bound. */
export type Guarantee = 'exactly-once' | 'at-least-once' | 'at-most-once' | 'best-effort'

export interface Judgement {
  readonly guarantee: Guarantee
  /** Such as "At most once: MQTT QoS 0 (Line 1)." */
  readonly sentence: string
  readonly reasons: readonly DeliveryReason[]
}

/** What ends at one node, from all sources. */
export interface EndGuarantee extends Judgement {
  readonly node: string
}

export interface PathGuarantee extends Judgement {
  readonly source: string
  readonly end: string
}

export interface FlowGuarantee extends Judgement {
  readonly ends: readonly EndGuarantee[]
  /** For each source and end that it reaches; the first of very many. */
  readonly paths: readonly PathGuarantee[]
}

const reasonsMax = 20
const pathsMax = 500
/** Nodes looked at to tell paths apart. */
const stepsMax = 200_000

/**
 * What a flow promises of delivery, from what its sources, operators and sinks promise. Null where
 * nothing goes from a source to an end.
 */
export function flowGuarantee(
  flow: Flow,
  circumstances: DeliveryCircumstances,
): FlowGuarantee | null {
  const graph = graphOf(flow, circumstances)
  const all = spread(graph, graph.sources)
  const ends = graph.ends.flatMap((end) => {
    const reasons = all.get(end)
    return reasons === undefined ? [] : [{ node: end.node.id, ...judge([...reasons]) }]
  })
  if (ends.length === 0) return null
  const reasons = [...new Set(ends.flatMap((end) => end.reasons))]
  return { ...judge(reasons), ends, paths: pathsOf(graph) }
}

/** Says of the guarantee why it is that and no other. */
export function judge(reasons: readonly DeliveryReason[]): Judgement {
  const loses = reasons.some(({ may }) => may === 'lose')
  const repeats = reasons.some(({ may }) => may === 'repeat')
  const guarantee = loses
    ? repeats
      ? 'best-effort'
      : 'at-most-once'
    : repeats
      ? 'at-least-once'
      : 'exactly-once'
  return { guarantee, sentence: `${guaranteeTitles[guarantee]}: ${why(reasons)}.`, reasons }
}

export const guaranteeTitles: Readonly<Record<Guarantee, string>> = {
  'exactly-once': 'Exactly once',
  'at-least-once': 'At least once',
  'at-most-once': 'At most once',
  'best-effort': 'Best effort',
}

function why(reasons: readonly DeliveryReason[]): string {
  if (reasons.length === 0) {
    return 'what is taken in can be taken up again, and writing twice is the same as once'
  }
  const lost = because(reasons, 'lose')
  const repeated = because(reasons, 'repeat')
  if (lost === '' || repeated === '') return lost + repeated
  return `may be lost, because of ${lost}, and may be repeated, because of ${repeated}`
}

/** One cause for each kind; several nodes that share it are counted. */
function because(reasons: readonly DeliveryReason[], may: DeliveryReason['may']): string {
  const names = new Map<string, string[]>()
  for (const reason of reasons) {
    if (reason.may !== may) continue
    names.set(reason.because, [...(names.get(reason.because) ?? []), reason.name])
  }
  const [first, ...more] = names
  if (first === undefined) return ''
  const [cause, at] = first
  const shown = at.length > 2 ? `${at[0]} and ${at.length - 1} more nodes` : at.join(' and ')
  return `${cause} (${shown})${more.length > 0 ? `, and ${more.length} more` : ''}`
}

interface Place {
  readonly node: FlowNode
  readonly own: readonly DeliveryReason[]
  readonly next: Place[]
  incoming: number
}

interface Graph {
  /** In topological order; what lies on or after a cycle is left out. */
  readonly places: readonly Place[]
  readonly sources: readonly Place[]
  readonly ends: readonly Place[]
}

function graphOf(flow: Flow, circumstances: DeliveryCircumstances): Graph {
  const { nodeTypes } = circumstances
  const places = new Map<string, Place>()
  for (const node of flow.nodes) {
    const kind = nodeTypes.get(node.type)?.kind
    if (node.isDisabled === true || kind === 'note' || kind === 'connection') continue
    places.set(node.id, {
      node,
      own: deliveryReasons(node, circumstances),
      next: [],
      incoming: 0,
    })
  }
  for (const { from, to } of flow.wires) {
    const [sender, receiver] = [places.get(from.node), places.get(to.node)]
    if (sender === undefined || receiver === undefined) continue
    sender.next.push(receiver)
    receiver.incoming += 1
  }
  const kindOf = (place: Place) => nodeTypes.get(place.node.type)?.kind
  const ordered = inOrder([...places.values()])
  return {
    places: ordered,
    sources: ordered.filter((place) => kindOf(place) === 'source'),
    ends: ordered.filter((place) => {
      const kind = kindOf(place)
      return kind === 'sink' || (kind !== 'source' && place.next.length === 0)
    }),
  }
}

function inOrder(places: readonly Place[]): readonly Place[] {
  const ready = places.filter((place) => place.incoming === 0)
  const open = new Map(places.map((place) => [place, place.incoming]))
  for (let index = 0; index < ready.length; index += 1) {
    for (const next of ready[index]?.next ?? []) {
      const left = (open.get(next) ?? 0) - 1
      open.set(next, left)
      if (left === 0) ready.push(next)
    }
  }
  return ready
}

type Reached = ReadonlyMap<Place, ReadonlySet<DeliveryReason>>

/** What is to be said of the ways from these sources to every node that they reach. */
function spread({ places }: Graph, sources: readonly Place[]): Reached {
  const reached = new Map<Place, Set<DeliveryReason>>()
  for (const source of sources) reached.set(source, new Set())
  for (const place of places) {
    const reasons = reached.get(place)
    if (reasons === undefined) continue
    add(reasons, place.own)
    for (const next of place.next) {
      const known = reached.get(next) ?? new Set()
      add(known, reasons)
      reached.set(next, known)
    }
  }
  return reached
}

/** Of very many reasons those that come first are kept, and one of either kind in any case. */
function add(reasons: Set<DeliveryReason>, more: Iterable<DeliveryReason>): void {
  for (const reason of more) {
    const isNew = reasons.size < reasonsMax || ![...reasons].some(({ may }) => may === reason.may)
    if (isNew) reasons.add(reason)
  }
}

function pathsOf(graph: Graph): readonly PathGuarantee[] {
  const paths: PathGuarantee[] = []
  let steps = 0
  for (const source of graph.sources) {
    steps += graph.places.length
    if (steps > stepsMax) break
    const reached = spread(graph, [source])
    for (const end of graph.ends) {
      const reasons = reached.get(end)
      if (reasons === undefined) continue
      if (paths.length >= pathsMax) return paths
      paths.push({ source: source.node.id, end: end.node.id, ...judge([...reasons]) })
    }
  }
  return paths
}
