import type { Flow, FlowNode, Group, Position, Problem, Wire } from '../flow.ts'
import { limits } from '../limits.ts'
import { migrateFlow } from './migrate-flow.ts'
import { Findings, flowNameForm, idForm } from './findings.ts'
import { parseJsonText } from './json-text.ts'
import { readNode } from './parse-node.ts'
import { memberPath } from './unsafe-json.ts'

export type ParsedFlow =
  | { readonly flow: Flow; readonly problems?: undefined }
  | { readonly flow?: undefined; readonly problems: readonly Problem[] }

/** Reads a flow from anything that claims to be one; what is wrong is named by its path. */
export function parseFlow(value: unknown): ParsedFlow {
  const findings = new Findings()
  const flow = readFlow(value, '', findings)
  return flow && findings.problems.length === 0 ? { flow } : { problems: findings.problems }
}

export function parseFlowText(text: string): ParsedFlow {
  const json = parseJsonText(text)
  return 'problems' in json ? json : parseFlow(json.value)
}

const flowKeys = ['millrace', 'name', 'title', 'description', 'nodes', 'wires', 'groups', 'layout']

export function readFlow(value: unknown, path: string, findings: Findings): Flow | null {
  const inside = (key: string) => memberPath(path, key)
  const migrated = migrateFlow(value, path, findings)
  if (migrated === null) return null
  const record = findings.object(migrated, path, flowKeys)
  if (!record) return null
  const { description, groups } = record
  const nodes = readNodes(record['nodes'], inside('nodes'), findings)
  const ids = new Set(nodes.map((node) => node.id))
  return {
    millrace: 1,
    name: findings.name(record['name'], inside('name'), flowNameForm),
    title: findings.text(record['title'], inside('title'), limits.nameCharacters),
    ...(description !== undefined && {
      description: findings.text(description, inside('description'), limits.descriptionCharacters),
    }),
    nodes,
    wires: readWires(record['wires'], inside('wires'), findings),
    ...(groups !== undefined && { groups: readGroups(groups, inside('groups'), findings, ids) }),
    layout: readLayout(record['layout'] ?? {}, inside('layout'), findings, ids),
  }
}

function readNodes(value: unknown, path: string, findings: Findings): readonly FlowNode[] {
  const places = new Map<string, number>()
  const nodes: FlowNode[] = []
  for (const [index, item] of findings.list(value, path, limits.nodes).entries()) {
    const node = readNode(item, `${path}[${index}]`, findings)
    if (!node) continue
    const first = places.get(node.id)
    if (first !== undefined && node.id !== '') {
      findings.owner = { node: node.id }
      findings.add(
        'NODE_ID_TAKEN',
        `${path}[${index}].id`,
        `"${node.id}" is also the id of ${path}[${first}]`,
      )
      findings.owner = {}
    }
    places.set(node.id, index)
    nodes.push(node)
  }
  return nodes
}

export function readWires(value: unknown, path: string, findings: Findings): readonly Wire[] {
  return findings.list(value, path, limits.wires).flatMap((item, index) => {
    const place = `${path}[${index}]`
    const record = findings.object(item, place, ['from', 'to'])
    if (!record) return []
    return [
      {
        from: readPort(record['from'], `${place}.from`, findings),
        to: readPort(record['to'], `${place}.to`, findings),
      },
    ]
  })
}

function readPort(value: unknown, path: string, findings: Findings): Wire['from'] {
  const record = findings.object(value, path, ['node', 'port'])
  if (!record) return { node: '', port: '' }
  return {
    node: findings.name(record['node'], `${path}.node`, idForm),
    port: findings.name(record['port'], `${path}.port`, idForm),
  }
}

/** Members that are no node of the flow are left out: they carry no meaning. */
export function readGroups(
  value: unknown,
  path: string,
  findings: Findings,
  ids: ReadonlySet<string>,
): readonly Group[] {
  return findings.list(value, path, limits.groups).flatMap((item, index) => {
    const place = `${path}[${index}]`
    const record = findings.object(item, place, ['id', 'name', 'nodes'])
    if (!record) return []
    const members = findings
      .list(record['nodes'], `${place}.nodes`, limits.nodes)
      .map((node, position) => findings.name(node, `${place}.nodes[${position}]`, idForm))
    return [
      {
        id: findings.name(record['id'], `${place}.id`, idForm),
        name: findings.text(record['name'], `${place}.name`, limits.nameCharacters),
        nodes: [...new Set(members)].filter((node) => ids.has(node)),
      },
    ]
  })
}

/** Positions of what is no node of the flow are left out. */
export function readLayout(
  value: unknown,
  path: string,
  findings: Findings,
  ids: ReadonlySet<string>,
): Readonly<Record<string, Position>> {
  const record = findings.record(value, path)
  const layout: Record<string, Position> = {}
  for (const [id, item] of Object.entries(record ?? {})) {
    const place = memberPath(path, id)
    if (findings.name(id, place, idForm) === '') continue
    const position = readPosition(item, place, findings)
    if (position && ids.has(id)) layout[id] = position
  }
  return layout
}

function readPosition(value: unknown, path: string, findings: Findings): Position | null {
  const record = findings.object(value, path, ['x', 'y'])
  if (!record) return null
  const { x, y } = record
  if (isCoordinate(x) && isCoordinate(y)) return { x, y }
  findings.add('SHAPE_POSITION', path, `needs x and y between ±${limits.coordinate}`)
  return null
}

function isCoordinate(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= limits.coordinate
}
