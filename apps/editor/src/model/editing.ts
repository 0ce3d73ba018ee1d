import type { FlowNode, PortReference, Position, Wire } from '@millrace/flow'
import { hasPort, mainPort, nameOf, portsOf, type Side } from './catalog.ts'
import type { DocumentDraft } from './change.ts'
import { portId, wireId, wiresOf } from './document.ts'
import type { FlowCore } from './flow-core.ts'
import { measures, sizeOf, snap } from './geometry.ts'
import { newNodeId } from './node-id.ts'
import { freePlace, makeRoom, placeAside } from './placing.ts'
import { canConnect, healingWires, type Verdict } from './wiring.ts'

export interface AddOptions {
  /** Upper left corner of the card; beside what is selected when absent. */
  readonly position?: Position
  /** Goes below what stands at the position already. */
  readonly isAsideOfOthers?: boolean
  /** A port of another node to wire the new one to: an output to its input, or the other way. */
  readonly wireFrom?: PortReference
  readonly wireTo?: PortReference
  /** A wire to put the new node into. */
  readonly onWire?: string
  readonly config?: Readonly<Record<string, unknown>>
  readonly name?: string
}

export interface MoveOptions {
  /** The wire that the one moved node was dropped on. */
  readonly onWire?: string | undefined
  /** Part of the step before, such as making the copy that is moved. */
  readonly isContinued?: boolean
}

/** Commands that change nodes and wires. Each that changes something is one step of the history. */
export interface Editing {
  /** Returns the id of the new node. */
  addNode(type: string, options?: AddOptions): string
  canConnect(from: PortReference, to: PortReference): Verdict
  /** Wires two ports; tells the person why not when they do not fit. */
  connect(from: PortReference, to: PortReference): boolean
  /** Takes a wire to another port with one of its ends. */
  rewire(
    wire: string,
    end: { readonly from: PortReference } | { readonly to: PortReference },
  ): boolean
  disconnect(wires: readonly string[]): void
  moveNodes(places: ReadonlyMap<string, Position>, options?: MoveOptions): void
  /** Moves what is selected by steps of the keyboard; a run of them is one step of the history. */
  nudge(by: Position): void
  /** `undefined` puts the field back to its default. */
  setConfig(node: string, field: string, value: unknown): void
  setConfigs(node: string, values: Readonly<Record<string, unknown>>): void
  /** An empty name gives the node the title of its type back. */
  rename(node: string, name: string): void
  setDisabled(nodes: Iterable<string>, isDisabled: boolean): void
  /** `heal` joins what came before with what came after. */
  deleteNodes(nodes: Iterable<string>, options?: { readonly heal?: boolean }): void
  deleteSelection(options?: { readonly heal?: boolean }): void
  /** Takes nodes out of their wires and closes the gap, without deleting them. */
  detach(nodes: Iterable<string>): void
  /** Puts a node that is there into a wire, between its two ends. */
  splice(node: string, wire: string): boolean
  /** Puts another type in the node's place, keeping name, wires and settings where they fit. */
  replaceType(node: string, type: string): void
}

export function createEditing(core: FlowCore): Editing {
  const now = () => core.store.getState().document
  const name = (id: string) => {
    const node = now().nodes.get(id)
    return node === undefined ? id : nameOf(core.catalog(), node)
  }
  const context = () => ({ document: now(), catalog: core.catalog(), wires: core.wires() })
  const setNode = (label: string, node: FlowNode, coalesce?: string) =>
    core.transact(
      label,
      (draft) => draft.set('nodes', node.id, node),
      coalesce === undefined ? {} : { coalesce },
    )

  const editing: Editing = {
    addNode: (type, options = {}) => addNode(core, type, options),
    canConnect: (from, to) => canConnect(context(), from, to),
    connect(from, to) {
      const verdict = canConnect(context(), from, to)
      if (!verdict.isFine) core.surroundings.notify({ kind: 'warning', text: verdict.reason })
      else
        core.transact(`Wire ${name(from.node)} to ${name(to.node)}`, (draft) =>
          addWire(draft, { from, to }),
        )
      return verdict.isFine
    },
    rewire(id, end) {
      const wire = now().wires.get(id)
      if (wire === undefined) return false
      const wanted = { ...wire, ...end }
      if (wireId(wanted) === id) return false
      const wires = new Map(now().wires)
      wires.delete(id)
      const verdict = canConnect(
        { ...context(), document: { ...now(), wires } },
        wanted.from,
        wanted.to,
      )
      if (!verdict.isFine) {
        core.surroundings.notify({ kind: 'warning', text: verdict.reason })
        return false
      }
      return core.transact('Move a wire', (draft) => {
        draft.remove('wires', id)
        addWire(draft, wanted)
      })
    },
    disconnect(wires) {
      core.transact(counted('Delete', wires.length, 'wire'), (draft) => {
        for (const wire of wires) draft.remove('wires', wire)
      })
    },
    moveNodes: (places, options) => moveNodes(core, places, options),
    nudge(by) {
      const ids = [...core.store.getState().selection.nodes]
      const places = ids.map((id) => {
        const { x, y } = now().layout.get(id) ?? { x: 0, y: 0 }
        return [id, { x: x + by.x, y: y + by.y }] as const
      })
      moveNodes(core, new Map(places), { coalesce: `nudge ${ids.join(' ')}` })
    },
    setConfig: (id, field, value) => editing.setConfigs(id, { [field]: value }),
    setConfigs(id, values) {
      const node = now().nodes.get(id)
      if (node === undefined) return
      const fields = Object.keys(values)
      const config = Object.fromEntries(
        Object.entries({ ...node.config, ...values }).filter(([, value]) => value !== undefined),
      )
      const labels = core.catalog().descriptors.get(node.type)?.fields
      const what = fields.map((field) => labels?.[field]?.label ?? field).join(', ')
      const changed = { ...node, config }
      core.transact(
        `Set ${what} of ${name(id)}`,
        (draft) => {
          draft.set('nodes', id, changed)
          dropWiresOfLostPorts(core, draft, node, changed)
        },
        { coalesce: `config ${id} ${fields.join(' ')}` },
      )
    },
    rename(id, wanted) {
      const node = now().nodes.get(id)
      if (node === undefined) return
      const { name: _, ...nameless } = node
      const renamed = wanted.trim() === '' ? nameless : { ...nameless, name: wanted }
      setNode(`Rename ${name(id)}`, renamed, `rename ${id}`)
    },
    setDisabled(ids, isDisabled) {
      const nodes = [...ids].flatMap((id) => now().nodes.get(id) ?? [])
      core.transact(counted(isDisabled ? 'Disable' : 'Enable', nodes.length, 'node'), (draft) => {
        for (const { isDisabled: _, ...node } of nodes)
          draft.set('nodes', node.id, isDisabled ? { ...node, isDisabled } : node)
      })
    },
    deleteNodes: (ids, { heal = false } = {}) =>
      deleteThings(core, { nodes: new Set(ids), wires: [], heal }),
    deleteSelection({ heal = false } = {}) {
      const { nodes, wires } = core.store.getState().selection
      deleteThings(core, { nodes, wires: [...wires], heal })
    },
    detach: (ids) => detach(core, new Set(ids)),
    splice: (node, wire) =>
      core.transact(`Put ${name(node)} into a wire`, (draft) =>
        spliceInto(core, draft, node, wire),
      ),
    replaceType: (id, type) => replaceType(core, id, type),
  }
  return editing
}

/** `Delete 3 nodes`, `Delete node`. */
export function counted(verb: string, count: number, noun: string): string {
  return count === 1 ? `${verb} ${noun}` : `${verb} ${count} ${noun}s`
}

function addWire(draft: DocumentDraft, wire: Wire): void {
  draft.set('wires', wireId(wire), wire)
}

function addNode(core: FlowCore, type: string, options: AddOptions): string {
  const { document } = core.store.getState()
  const id = newNodeId(type, (taken) => document.nodes.has(taken), core.surroundings.random)
  const title = core.catalog().descriptors.get(type)?.title ?? type
  const { name, config = {}, onWire, wireFrom, wireTo } = options
  const node: FlowNode = { id, type, ...(name === undefined ? {} : { name }), config }
  const place = placeFor(core, type, options)
  core.transact(
    `Add ${title}`,
    (draft) => {
      draft.set('nodes', id, node)
      draft.set('layout', id, snap(besideWire(core, draft, { place, wire: onWire })))
      const input = mainPort(core.catalog(), node, 'input')
      const output = mainPort(core.catalog(), node, 'output')
      if (onWire !== undefined) spliceInto(core, draft, id, onWire)
      const isThere = (reference: PortReference, side: Side) =>
        hasPort(core.catalog(), draft.now, { reference, side })
      if (wireFrom !== undefined && input !== undefined && isThere(wireFrom, 'output'))
        addWire(draft, { from: wireFrom, to: input })
      if (wireTo !== undefined && output !== undefined && isThere(wireTo, 'input'))
        addWire(draft, { from: output, to: wireTo })
    },
    { select: { nodes: new Set([id]) } },
  )
  core.store.setState({ focus: id })
  return id
}

function placeFor(core: FlowCore, type: string, options: AddOptions): Position {
  const { position, isAsideOfOthers, wireFrom } = options
  if (position === undefined) return freePlace(core, { type, after: wireFrom?.node })
  return isAsideOfOthers === true ? placeAside(core, type, position) : position
}

/** A node that is put into a wire does not cover the one that the wire comes from. */
function besideWire(
  core: FlowCore,
  draft: DocumentDraft,
  { place, wire }: { readonly place: Position; readonly wire: string | undefined },
): Position {
  const from = wire === undefined ? undefined : draft.now.wires.get(wire)?.from.node
  const [node, corner] = [draft.now.nodes.get(from ?? ''), draft.now.layout.get(from ?? '')]
  if (node === undefined || corner === undefined) return place
  const { width, height } = sizeOf(core.catalog(), node)
  const isLevel = Math.abs(place.y - corner.y) < height + measures.rowGap
  const least = corner.x + width + measures.columnGap / 2
  return isLevel ? { x: Math.max(place.x, least), y: place.y } : place
}

function spliceInto(core: FlowCore, draft: DocumentDraft, id: string, wire: string): void {
  const node = draft.now.nodes.get(id)
  const { from, to } = draft.now.wires.get(wire) ?? {}
  if (node === undefined || from === undefined || to === undefined) return
  const input = mainPort(core.catalog(), node, 'input')
  const output = mainPort(core.catalog(), node, 'output')
  if (input === undefined || from.node === id || to.node === id) return
  draft.remove('wires', wire)
  addWire(draft, { from, to: input })
  // A node without an output ends there: the wire goes on beside it, as nothing may be lost unseen.
  addWire(
    draft,
    output === undefined || output.port === 'error' ? { from, to } : { from: output, to },
  )
  makeRoom(core, draft, { node: id, to: to.node })
}

function moveNodes(
  core: FlowCore,
  places: ReadonlyMap<string, Position>,
  options: MoveOptions & { readonly coalesce?: string } = {},
): void {
  const { onWire, coalesce, isContinued } = options
  core.transact(
    counted('Move', places.size, 'node'),
    (draft) => {
      for (const [id, place] of places)
        if (draft.now.nodes.has(id)) draft.set('layout', id, rounded(place))
      const [moved] = places.keys()
      if (onWire !== undefined && moved !== undefined) spliceInto(core, draft, moved, onWire)
    },
    {
      ...(coalesce === undefined ? {} : { coalesce }),
      ...(isContinued === undefined ? {} : { isContinued }),
    },
  )
}

function rounded({ x, y }: Position): Position {
  return { x: Math.round(x), y: Math.round(y) }
}

function deleteThings(
  core: FlowCore,
  what: {
    readonly nodes: ReadonlySet<string>
    readonly wires: readonly string[]
    readonly heal: boolean
  },
): void {
  const { nodes, wires, heal } = what
  const label =
    nodes.size === 0
      ? counted('Delete', wires.length, 'wire')
      : counted('Delete', nodes.size, 'node')
  core.transact(
    label,
    (draft) => {
      if (heal)
        for (const wire of healingWires(draft.now, core.wires(), nodes)) addWire(draft, wire)
      for (const wire of wires) draft.remove('wires', wire)
      removeWiresOf(core, draft, nodes)
      for (const id of nodes) {
        draft.remove('nodes', id)
        draft.remove('layout', id)
      }
      leaveGroups(draft, nodes)
    },
    { select: {} },
  )
}

function removeWiresOf(core: FlowCore, draft: DocumentDraft, nodes: ReadonlySet<string>): void {
  for (const id of nodes) {
    const { incoming, outgoing } = wiresOf(core.wires(), id)
    for (const wire of [...incoming, ...outgoing]) draft.remove('wires', wire)
  }
}

function leaveGroups(draft: DocumentDraft, gone: ReadonlySet<string>): void {
  for (const group of draft.now.groups.values()) {
    const nodes = group.nodes.filter((id) => !gone.has(id))
    if (nodes.length === group.nodes.length) continue
    if (nodes.length === 0) draft.remove('groups', group.id)
    else draft.set('groups', group.id, { ...group, nodes })
  }
}

function detach(core: FlowCore, nodes: ReadonlySet<string>): void {
  core.transact(counted('Detach', nodes.size, 'node'), (draft) => {
    for (const wire of healingWires(draft.now, core.wires(), nodes)) addWire(draft, wire)
    for (const [id, { from, to }] of draft.now.wires)
      if (nodes.has(from.node) !== nodes.has(to.node)) draft.remove('wires', id)
  })
}

/** Ports that follow a list go with their row, and their wires with them. */
function dropWiresOfLostPorts(
  core: FlowCore,
  draft: DocumentDraft,
  before: FlowNode,
  after: FlowNode,
): void {
  const kept = new Set(portsOf(core.catalog(), after).outputs.map(({ name }) => name))
  const lost = portsOf(core.catalog(), before).outputs.filter(({ name }) => !kept.has(name))
  if (lost.length === 0) return
  const ports = new Set(lost.map(({ name }) => portId({ node: after.id, port: name })))
  for (const id of wiresOf(core.wires(), after.id).outgoing) {
    const wire = draft.now.wires.get(id)
    if (wire !== undefined && ports.has(portId(wire.from))) draft.remove('wires', id)
  }
}

function replaceType(core: FlowCore, id: string, type: string): void {
  const catalog = core.catalog()
  const before = core.store.getState().document.nodes.get(id)
  const descriptor = catalog.descriptors.get(type)
  if (before === undefined || descriptor === undefined || before.type === type) return
  const shared = Object.entries(before.config).filter(
    ([field]) =>
      descriptor.fields[field]?.kind === catalog.descriptors.get(before.type)?.fields[field]?.kind,
  )
  const after: FlowNode = { ...before, type, config: Object.fromEntries(shared) }
  core.transact(`Replace ${nameOf(catalog, before)} by ${descriptor.title}`, (draft) => {
    draft.set('nodes', id, after)
    const { incoming, outgoing } = wiresOf(core.wires(), id)
    for (const wire of [...incoming, ...outgoing]) refit(core, draft, { wire, after })
  })
}

/** Takes a wire over to the port of the same name, or to the main one. */
function refit(
  core: FlowCore,
  draft: DocumentDraft,
  { wire: id, after }: { readonly wire: string; readonly after: FlowNode },
): void {
  const wire = draft.now.wires.get(id)
  if (wire === undefined) return
  const leaves = wire.from.node === after.id
  const ports = portsOf(core.catalog(), after)
  const old = leaves ? wire.from.port : wire.to.port
  const names = (leaves ? ports.outputs : ports.inputs).map(({ name }) => name)
  const port = names.includes(old) ? old : names.find((name) => name !== 'error')
  draft.remove('wires', id)
  if (port === undefined) return
  const end = { node: after.id, port }
  addWire(draft, leaves ? { from: end, to: wire.to } : { from: wire.from, to: end })
}
