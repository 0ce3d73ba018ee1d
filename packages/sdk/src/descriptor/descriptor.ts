import type { FieldCondition, Fields } from './field.ts'

/**
 * What a node does when it runs. A `connection` is shared by nodes and has no ports; a `note` is
 * drawn and never runs.
 */
export type NodeKind = 'source' | 'operator' | 'sink' | 'connection' | 'note'

export type Category =
  | 'sources'
  | 'transform'
  | 'route'
  | 'windows'
  | 'join'
  | 'detect'
  | 'sinks'
  | 'observe'
  | 'connections'
  | 'notes'

export interface PortDescriptor {
  /** Stable name by which wires refer to it. */
  readonly name: string
  readonly title: string
  readonly help?: string
}

/** Output ports that follow a list field: one for each row, named by the row's `id` or number. */
export interface PortsPerRow {
  readonly eachRowOf: string
  /** Field of a row whose text labels the port. */
  readonly titleField?: string
  /** Ports that are always there, after those of the rows. */
  readonly then?: readonly PortDescriptor[]
}

/** What a node type promises; from these the guarantee of a flow is computed. */
export interface Promises {
  /** A source whose messages can be read again after a crash. */
  readonly replayable?: boolean
  /** A sink for which writing the same message twice is the same as once. */
  readonly idempotent?: boolean
  /** A sink that commits with the epoch. */
  readonly transactional?: boolean
  /** Where it promises less than that, with certain settings. */
  readonly gaps?: readonly DeliveryGap[]
}

/** A way in which a node falls short of delivering every message exactly once. */
export interface DeliveryGap {
  /** Whether a message may be lost, or take effect more than once. */
  readonly may: 'lose' | 'repeat'
  /** Completes a sentence such as "at most once: MQTT QoS 0". Fields in braces are filled in. */
  readonly because: string
  /** There only while the fields of the node say so. */
  readonly when?: FieldCondition
  /** There only while the fields of the connection that this field refers to say so. */
  readonly whenConnection?: { readonly of: string; readonly when: FieldCondition }
}

/** Where a flow may run: in this process, on several workers by key, as a job of Flink. */
export type Target = 'local' | 'workers' | 'flink'

/** Settings with which a node cannot run on one of its targets. */
export interface TargetLimit {
  readonly on: Target
  /** Completes "not on Flink with …". */
  readonly what: string
  readonly when: FieldCondition
}

/** Something a person can make a running node do, such as the inject node's button. */
export interface ActionDescriptor {
  readonly name: string
  readonly title: string
  readonly icon: string
}

/** Everything about a node type but its behaviour; plain data that survives JSON. */
export interface Descriptor {
  /** `package/name`, such as `core/filter`. */
  readonly type: string
  /** Raised when stored configurations need a migration. */
  readonly version: number
  readonly kind: NodeKind
  readonly title: string
  /** One sentence for the palette. */
  readonly summary: string
  readonly category: Category
  /** Name of a lucide icon in kebab-case, such as `filter`. */
  readonly icon: string
  readonly keywords?: readonly string[]
  readonly inputs: readonly PortDescriptor[]
  readonly outputs: readonly PortDescriptor[] | PortsPerRow
  readonly fields: Fields
  /** The line under the name on the card: text with `{field}` in it, such as `{topic} · QoS {qos}`. */
  readonly face?: string
  /** Whether messages that the node cannot handle leave by an `error` port; default true. */
  readonly errorPort?: boolean
  /** Whether the node may change messages it received; then it gets copies where they are shared. */
  readonly changesMessages?: boolean
  /** Whether the node keeps state from one message to the next. */
  readonly stateful?: boolean
  /**
   * Fields without a change of which the node goes on with its state; after a change of one it may
   * begin anew. A column of a list is named as `list.column`.
   */
  readonly stateShape?: readonly string[]
  /** Whether the node assigns event time; sources do it by their timing fields. */
  readonly timed?: boolean
  /** A field by which the node begins by itself, unless it is 0, empty or off: nothing need reach it. */
  readonly beginsBy?: string
  /** Fields in which the nodes of this type in a flow must differ, such as method and path. */
  readonly uniqueBy?: readonly string[]
  readonly promises?: Promises
  /**
   * Fields with connections that are asked before a flow is deployed whether the node could do its
   * work. Where none of them is shown, nothing is asked.
   */
  readonly checkedWith?: readonly string[]
  /** Whether an operator has effects, or answers, outside of the flow; tests keep it from that. */
  readonly reachesOut?: boolean
  readonly targets?: readonly Target[]
  readonly targetLimits?: readonly TargetLimit[]
  readonly actions?: readonly ActionDescriptor[]
  /** A picture above the form: of a window, from fields named as those of `window/aggregate`. */
  readonly picture?: 'window'
  /** Longer help in Markdown; loaded from `help.md` by the package. */
  readonly help?: string
}

/** Returns the descriptor as it is, keeping its literal types for `ConfigOf`. */
export function describe<const D extends Descriptor>(descriptor: D): D {
  return descriptor
}
