import type { Descriptor } from '@millrace/sdk/descriptor'
import type { ConnectionDocument, Flow, FlowNode, Problem, Wire } from '../flow.ts'
import { limits } from '../limits.ts'
import { checkConnectionDocument, checkNode, unknownNode } from './check-node.ts'
import type { CheckedNode, Circumstances } from './check-node.ts'
import { checkClaims, checkReach } from './graph/check-reach.ts'
import { checkWires } from './graph/check-wires.ts'

export type DescriptorsByType = ReadonlyMap<string, Descriptor>

/**
 * Checks flows against node types. Remembers what it found by the identity of nodes and
 * connections, so checking a large flow again after a small change is quick; a changed node must
 * be a new object.
 */
export class FlowValidator {
  readonly #nodeTypes: DescriptorsByType
  #nodes = new WeakMap<FlowNode, { readonly flow: string; readonly checked: CheckedNode }>()
  #connections = new WeakMap<ConnectionDocument, readonly Problem[]>()
  readonly #graphs = new WeakMap<readonly Wire[], CheckedGraph>()
  #circumstances: Circumstances | null = null

  constructor(nodeTypes: DescriptorsByType) {
    this.#nodeTypes = nodeTypes
  }

  /** Errors first; at most `limits.problems`. */
  validate(flow: Flow, circumstances: Circumstances): readonly Problem[] {
    this.#takeCircumstances(circumstances)
    const problems: Problem[] = []
    const connections = new Set<string>()
    const checked = flow.nodes.map((node) => this.#check(flow.name, node, circumstances))
    for (const node of checked) {
      if (node.problems.length > 0) problems.push(...node.problems)
      for (const id of node.connections) connections.add(id)
    }
    for (const id of connections) problems.push(...this.connectionProblems(id, circumstances))
    problems.push(...this.#checkGraph(flow, checked), ...checkClaims(flow.nodes, checked))
    return errorsFirst(problems).slice(0, limits.problems)
  }

  connectionProblems(id: string, circumstances: Circumstances): readonly Problem[] {
    this.#takeCircumstances(circumstances)
    const document = circumstances.connections.get(id)
    if (!document) return []
    const known = this.#connections.get(document)
    if (known) return known
    const descriptor = this.#nodeTypes.get(document.type)
    const problems = checkConnectionDocument(document, descriptor, circumstances)
    this.#connections.set(document, problems)
    return problems
  }

  /** What the wires join did not change as long as they and the ports of all nodes did not. */
  #checkGraph(flow: Flow, checked: readonly CheckedNode[]): readonly Problem[] {
    const known = this.#graphs.get(flow.wires)
    if (known && isSameGraph(known, flow, checked)) return known.problems
    const nodes = new Map(flow.nodes.map((node, index) => [node.id, checked[index] ?? unknownNode]))
    const problems = [...checkWires(flow, nodes), ...checkReach(flow, nodes)]
    this.#graphs.set(flow.wires, { nodes: flow.nodes, checked, problems })
    return problems
  }

  #check(flow: string, node: FlowNode, circumstances: Circumstances): CheckedNode {
    const known = this.#nodes.get(node)
    if (known?.flow === flow) return known.checked
    const checked = checkNode(flow, node, this.#nodeTypes.get(node.type), circumstances)
    const softened = { ...checked, problems: soften(node, checked.problems) }
    this.#nodes.set(node, { flow, checked: softened })
    return softened
  }

  #takeCircumstances(circumstances: Circumstances): void {
    const known = this.#circumstances
    const isSame =
      known?.connections === circumstances.connections &&
      known.secretsSet === circumstances.secretsSet
    if (isSame) return
    this.#circumstances = circumstances
    this.#nodes = new WeakMap()
    this.#connections = new WeakMap()
  }
}

interface CheckedGraph {
  readonly nodes: readonly FlowNode[]
  readonly checked: readonly CheckedNode[]
  readonly problems: readonly Problem[]
}

function isSameGraph(known: CheckedGraph, flow: Flow, checked: readonly CheckedNode[]): boolean {
  if (known.nodes.length !== flow.nodes.length) return false
  return flow.nodes.every((node, index) => {
    const before = known.nodes[index]
    if (before === node) return known.checked[index]?.ports === checked[index]?.ports
    const isAlike = before?.id === node.id && before.name === node.name
    return isAlike && known.checked[index]?.ports === checked[index]?.ports
  })
}

/** Everything that is wrong with a flow. For checking again and again, keep a `FlowValidator`. */
export function validateFlow(
  flow: Flow,
  options: Circumstances & { readonly nodeTypes: DescriptorsByType },
): readonly Problem[] {
  return new FlowValidator(options.nodeTypes).validate(flow, options)
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error')
}

/** A disabled node does not run, so its mistakes keep nothing from running. */
function soften(node: FlowNode, problems: readonly Problem[]): readonly Problem[] {
  if (node.isDisabled !== true) return problems
  return problems.map((problem) => ({ ...problem, severity: 'warning' }))
}

function errorsFirst(problems: readonly Problem[]): readonly Problem[] {
  const errors = problems.filter((problem) => problem.severity === 'error')
  return errors.length === problems.length
    ? problems
    : [...errors, ...problems.filter((problem) => problem.severity === 'warning')]
}
