import type { Descriptor } from '@millrace/sdk/descriptor'
import type { FlowNode } from '@millrace/flow'
import type { Gauges } from '../live/index.ts'
import { wiresOf, type Catalog, type FlowDocument, type WireIndex } from '../model/index.ts'

/** How far event time has come at a node. */
export interface EventTime {
  /** The watermark, in milliseconds since the epoch. */
  readonly watermark: number
  /** How far it is behind the server's clock; negative where it is ahead. */
  readonly lagMs: number
}

export interface TimeScene {
  readonly document: FlowDocument
  readonly wires: WireIndex
  readonly catalog: Catalog
  readonly gauges: Pick<Gauges, 'node' | 'now'>
}

/** Undefined where nothing goes by event time; a source's time of arrival is not worth telling. */
export function eventTimeOf(scene: TimeScene, id: string): EventTime | undefined {
  const { document, catalog, gauges } = scene
  const now = gauges.now()
  const watermark = gauges.node(id)?.watermark ?? null
  const node = document.nodes.get(id)
  if (now === undefined || watermark === null || node === undefined) return undefined
  const descriptor = catalog.descriptors.get(node.type)
  if (descriptor?.kind === 'source' && !givesTime(descriptor, node)) return undefined
  return { watermark, lagMs: now - watermark }
}

/** What a node waits for: the slowest of its streams, and of that the slowest partition. */
export interface HeldBack {
  /** Where that stream gets its time; undefined where there is but one stream. */
  readonly node: string | undefined
  readonly partition: string | number | undefined
}

/**
 * Follows the slowest stream to where time begins. Undefined where none is behind the others, and
 * no partition either.
 */
export function heldBackBy(scene: TimeScene, id: string): HeldBack | undefined {
  let wasChosen = false
  const seen = new Set([id])
  let at = id
  while (!isOrigin(scene, at)) {
    const [least, next] = upstreamTimes(scene, at)
    if (least === undefined || seen.has(least.node)) return undefined
    if (next !== undefined) {
      // Equally slow streams hold it back together.
      if (next.watermark - least.watermark < sameWithinMs) return undefined
      wasChosen = true
    }
    seen.add(least.node)
    at = least.node
  }
  const partition = scene.gauges.node(at)?.slowestPartition
  if (!wasChosen && partition === undefined) return undefined
  return { node: wasChosen ? at : undefined, partition }
}

/** Numbers that are told four times a second differ by that much for no reason. */
const sameWithinMs = 500

interface NodeTime {
  readonly node: string
  readonly watermark: number
}

/** The nearest nodes upstream that say what time it is, the slowest first. Idle ones are not waited for. */
function upstreamTimes(scene: TimeScene, id: string): readonly NodeTime[] {
  const { document, wires, gauges } = scene
  const own = gauges.node(id)?.watermark ?? -Infinity
  const found: NodeTime[] = []
  const seen = new Set([id])
  for (const node of seen) {
    for (const wire of wiresOf(wires, node).incoming) {
      const from = document.wires.get(wire)?.from.node
      if (from === undefined || seen.has(from)) continue
      const watermark = gauges.node(from)?.watermark ?? null
      if (watermark === null) seen.add(from)
      else if (!found.some((time) => time.node === from)) found.push({ node: from, watermark })
    }
  }
  return found
    .filter(({ watermark }) => watermark >= own - sameWithinMs)
    .toSorted((one, other) => one.watermark - other.watermark)
}

/** Time begins there, whatever comes before it. */
function isOrigin({ document, catalog }: TimeScene, id: string): boolean {
  const node = document.nodes.get(id)
  const descriptor = catalog.descriptors.get(node?.type ?? '')
  return descriptor?.kind === 'source' || descriptor?.timed === true
}

function givesTime(descriptor: Descriptor, { config }: FlowNode): boolean {
  const { eventTime } = config
  return descriptor.timed === true && typeof eventTime === 'string' && eventTime.trim() !== ''
}
