import type { ErrorPolicy, Flow, FlowNode, Group, Wire } from '../flow.ts'

/**
 * Writes flows in the one form in which they are stored: keys in a fixed order, nodes by id, each
 * wire, group and position on a line of its own, positions last. So git shows what a person
 * changed and nothing else. A writer remembers the text of what it met, by identity: writing a
 * large flow again after a small change is quick, and most pieces of it are the same objects.
 */
export class CanonicalWriter {
  readonly #texts = new WeakMap<object, TextPiece>()
  /** Lists as the pieces of their items. */
  readonly #blocks = new WeakMap<object, readonly TextPiece[]>()
  /** Texts of stretches of lists, by their first item. */
  readonly #stretches = new WeakMap<object, Stretch>()
  /** Lists that are in order. */
  readonly #ordered = new WeakSet<object>()

  /** The same as `canonicalFlow`, looking only once at what is in order. */
  inOrder(flow: Flow): Flow {
    const isKnown = [flow.nodes, flow.wires, flow.layout].map((part) => this.#ordered.has(part))
    const { nodes, wires, layout, ...rest } = flow
    const canonical = {
      ...rest,
      nodes: isKnown[0] === true ? nodes : orderedNodes(nodes),
      wires: isKnown[1] === true ? wires : orderedWires(wires),
      ...(flow.groups && { groups: orderedGroups(flow.groups) }),
      layout: isKnown[2] === true ? layout : orderedLayout(layout),
    }
    for (const part of [canonical.nodes, canonical.wires, canonical.layout]) this.#ordered.add(part)
    return canonical
  }

  write(flow: Flow): string {
    return this.pieces(flow)
      .map(({ text }) => text)
      .join('')
  }

  /** The same in pieces, one after the other. */
  pieces(flow: Flow): readonly TextPiece[] {
    const { name, title, description, nodes, wires, groups, layout } = this.inOrder(flow)
    const head = [
      '"millrace": 1',
      `"name": ${JSON.stringify(name)}`,
      `"title": ${JSON.stringify(title)}`,
      ...(description === undefined ? [] : [`"description": ${JSON.stringify(description)}`]),
    ]
    return [
      { text: `{\n  ${head.join(',\n  ')},\n  "nodes": ` },
      ...this.#block(nodes, writeNode),
      { text: ',\n  "wires": ' },
      ...this.#block(wires, writeWire),
      ...(groups === undefined ? [] : [{ text: ',\n  "groups": ' }]),
      ...(groups === undefined ? [] : this.#block(groups, writeGroup)),
      { text: ',\n  "layout": ' },
      this.#once(layout, writeLayout),
      { text: '\n}\n' },
    ]
  }

  #block<Item extends object>(
    items: readonly Item[],
    write: (item: Item) => string,
  ): readonly TextPiece[] {
    if (items.length === 0) return [{ text: '[]' }]
    const known = this.#blocks.get(items)
    if (known !== undefined) return known
    const pieces: TextPiece[] = [{ text: '[\n    ' }]
    for (let from = 0; from < items.length; from += stretchItems) {
      if (from > 0) pieces.push(betweenLines)
      pieces.push(this.#stretch(items.slice(from, from + stretchItems), write))
    }
    pieces.push({ text: '\n  ]' })
    this.#blocks.set(items, pieces)
    return pieces
  }

  /** In a large list most of it is as it was when it was written last. */
  #stretch<Item extends object>(items: readonly Item[], write: (item: Item) => string): TextPiece {
    const [first] = items
    const known = first && this.#stretches.get(first)
    if (known && isSameList(known.items, items)) return known.piece
    const texts = items.map((item) => this.#once(item, write).text)
    const piece = { text: texts.join(betweenLines.text) }
    if (first) this.#stretches.set(first, { items, piece })
    return piece
  }

  #once<Item extends object>(item: Item, write: (item: Item) => string): TextPiece {
    const known = this.#texts.get(item)
    if (known !== undefined) return known
    const piece = { text: write(item) }
    this.#texts.set(item, piece)
    return piece
  }
}

/** A part of a text; the same object where the same was written before. */
export interface TextPiece {
  readonly text: string
}

interface Stretch {
  readonly items: readonly object[]
  readonly piece: TextPiece
}

const stretchItems = 128
const betweenLines: TextPiece = { text: ',\n    ' }

function isSameList(one: readonly object[], other: readonly object[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index])
}

export function canonicalText(flow: Flow): string {
  return new CanonicalWriter().write(flow)
}

/**
 * The same flow with nodes, wires, groups and positions in canonical order; what is in order stays
 * the same object.
 */
export function canonicalFlow(flow: Flow): Flow {
  return new CanonicalWriter().inOrder(flow)
}

function orderedNodes(nodes: readonly FlowNode[]): readonly FlowNode[] {
  return ordered(nodes, (one, other) => compare(one.id, other.id))
}

function orderedWires(wires: readonly Wire[]): readonly Wire[] {
  return ordered(wires, compareWires)
}

function orderedGroups(groups: readonly Group[]): readonly Group[] {
  return ordered(groups, (one, other) => compare(one.id, other.id))
}

function ordered<Item>(
  items: readonly Item[],
  compareItems: (one: Item, other: Item) => number,
): readonly Item[] {
  let before: Item | undefined
  for (const item of items) {
    if (before !== undefined && compareItems(before, item) > 0) return items.toSorted(compareItems)
    before = item
  }
  return items
}

function compareWires(one: Wire, other: Wire): number {
  return (
    compare(one.from.node, other.from.node) ||
    compare(one.from.port, other.from.port) ||
    compare(one.to.node, other.to.node) ||
    compare(one.to.port, other.to.port)
  )
}

function orderedLayout(layout: Flow['layout']): Flow['layout'] {
  const ids = Object.keys(layout)
  const sorted = ordered(ids, compare)
  if (sorted === ids) return layout
  return Object.fromEntries(sorted.map((id) => [id, layout[id] ?? { x: 0, y: 0 }]))
}

/** By UTF-16 code unit: the same on every machine, whatever its language. */
function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

/** A node as a block of lines, its configuration one field a line; long values spread further. */
function writeNode(node: FlowNode): string {
  const members = [
    `"id": ${JSON.stringify(node.id)}`,
    `"type": ${JSON.stringify(node.type)}`,
    ...(node.name === undefined ? [] : [`"name": ${JSON.stringify(node.name)}`]),
    ...(node.isDisabled === true ? ['"isDisabled": true'] : []),
    ...(node.onError === undefined ? [] : [`"onError": ${writeErrorPolicy(node.onError)}`]),
    `"config": ${writeConfig(node.config)}`,
  ]
  return `{\n      ${members.join(',\n      ')}\n    }`
}

function writeErrorPolicy({ retries, backoffMs, policy }: ErrorPolicy): string {
  const members = Object.entries({ retries, backoffMs, policy }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${JSON.stringify(key)}: ${JSON.stringify(value)}`],
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

function writeConfig(config: FlowNode['config']): string {
  const keys = Object.keys(config).toSorted(compare)
  if (keys.length === 0) return '{}'
  const lines = keys.map((key) => `${JSON.stringify(key)}: ${writeValue(config[key])}`)
  return `{\n        ${lines.join(',\n        ')}\n      }`
}

/** The order of keys inside a value is the person's: it may show in a payload. */
function writeValue(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', '\n        ')
}

function writeWire(wire: Wire): string {
  const from = `{ "node": ${JSON.stringify(wire.from.node)}, "port": ${JSON.stringify(wire.from.port)} }`
  const to = `{ "node": ${JSON.stringify(wire.to.node)}, "port": ${JSON.stringify(wire.to.port)} }`
  return `{ "from": ${from}, "to": ${to} }`
}

function writeGroup(group: Group): string {
  const nodes = group.nodes.map((id) => JSON.stringify(id)).join(', ')
  return `{ "id": ${JSON.stringify(group.id)}, "name": ${JSON.stringify(group.name)}, "nodes": [${nodes}] }`
}

function writeLayout(layout: Flow['layout']): string {
  const lines = Object.entries(layout).map(
    ([id, { x, y }]) =>
      `${JSON.stringify(id)}: { "x": ${JSON.stringify(x)}, "y": ${JSON.stringify(y)} }`,
  )
  return lines.length === 0 ? '{}' : `{\n    ${lines.join(betweenLines.text)}\n  }`
}
