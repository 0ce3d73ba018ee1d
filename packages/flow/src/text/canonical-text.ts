import type { Flow, FlowNode, Group, Wire } from '../flow.ts'

/**
 * Writes flows in the one form in which they are stored: keys in a fixed order, nodes by id, each
 * wire, group and position on a line of its own, positions last. So git shows what a person
 * changed and nothing else. A writer remembers the text of nodes and wires that it met, by
 * identity: writing a large flow again after a small change is quick.
 */
export class CanonicalWriter {
  readonly #nodes = new WeakMap<FlowNode, string>()
  readonly #wires = new WeakMap<Wire, string>()

  write(flow: Flow): string {
    const sorted = canonicalFlow(flow)
    const members = [
      '"millrace": 1',
      `"name": ${JSON.stringify(sorted.name)}`,
      `"title": ${JSON.stringify(sorted.title)}`,
      ...(sorted.description === undefined
        ? []
        : [`"description": ${JSON.stringify(sorted.description)}`]),
      `"nodes": ${block(
        '[]',
        sorted.nodes.map((node) => this.#node(node)),
      )}`,
      `"wires": ${block(
        '[]',
        sorted.wires.map((wire) => this.#wire(wire)),
      )}`,
      ...(sorted.groups === undefined
        ? []
        : [`"groups": ${block('[]', sorted.groups.map(writeGroup))}`]),
      `"layout": ${block('{}', Object.entries(sorted.layout).map(writePosition))}`,
    ]
    return `{\n  ${members.join(',\n  ')}\n}\n`
  }

  #node(node: FlowNode): string {
    const known = this.#nodes.get(node)
    if (known !== undefined) return known
    const text = writeNode(node)
    this.#nodes.set(node, text)
    return text
  }

  #wire(wire: Wire): string {
    const known = this.#wires.get(wire)
    if (known !== undefined) return known
    const text = writeWire(wire)
    this.#wires.set(wire, text)
    return text
  }
}

export function canonicalText(flow: Flow): string {
  return new CanonicalWriter().write(flow)
}

/** The same flow with nodes, wires, groups and positions in canonical order. */
export function canonicalFlow(flow: Flow): Flow {
  const ids = Object.keys(flow.layout)
  return {
    ...flow,
    nodes: sortedBy(flow.nodes, (node) => node.id),
    wires: sortedWires(flow.wires),
    ...(flow.groups && { groups: sortedBy(flow.groups, (group) => group.id) }),
    layout: isSorted(ids) ? flow.layout : sortedLayout(flow.layout, ids),
  }
}

function sortedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return items.toSorted((one, other) => compare(keyOf(one), keyOf(other)))
}

function sortedWires(wires: readonly Wire[]): readonly Wire[] {
  return wires.toSorted(
    (one, other) =>
      compare(one.from.node, other.from.node) ||
      compare(one.from.port, other.from.port) ||
      compare(one.to.node, other.to.node) ||
      compare(one.to.port, other.to.port),
  )
}

function isSorted(keys: readonly string[]): boolean {
  return keys.every((key, index) => index === 0 || compare(keys[index - 1] ?? '', key) < 0)
}

function sortedLayout(layout: Flow['layout'], ids: readonly string[]): Flow['layout'] {
  const pairs = ids.toSorted(compare).map((id) => [id, layout[id] ?? { x: 0, y: 0 }] as const)
  return Object.fromEntries(pairs)
}

/** By UTF-16 code unit: the same on every machine, whatever its language. */
function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

function block(brackets: '[]' | '{}', lines: readonly string[]): string {
  if (lines.length === 0) return brackets
  return `${brackets[0]}\n    ${lines.join(',\n    ')}\n  ${brackets[1]}`
}

/** A node as a block of lines, its configuration one field a line; long values spread further. */
function writeNode(node: FlowNode): string {
  const members = [
    `"id": ${JSON.stringify(node.id)}`,
    `"type": ${JSON.stringify(node.type)}`,
    ...(node.name === undefined ? [] : [`"name": ${JSON.stringify(node.name)}`]),
    ...(node.isDisabled === true ? ['"isDisabled": true'] : []),
    `"config": ${writeConfig(node.config)}`,
  ]
  return `{\n      ${members.join(',\n      ')}\n    }`
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

function writePosition([id, { x, y }]: readonly [string, { x: number; y: number }]): string {
  return `${JSON.stringify(id)}: { "x": ${JSON.stringify(x)}, "y": ${JSON.stringify(y)} }`
}
