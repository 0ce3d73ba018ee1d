import type { Descriptor } from '@millrace/sdk/descriptor'
import type { ConnectionDocument, Flow, FlowNode, Problem } from '../flow.ts'
import { limits } from '../limits.ts'
import { checkConnectionDocument, checkNode } from './check-node.ts'
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
  #circumstances: Circumstances | null = null

  constructor(nodeTypes: DescriptorsByType) {
    this.#nodeTypes = nodeTypes
  }

  /** Errors first; at most `limits.problems`. */
  validate(flow: Flow, circumstances: Circumstances): readonly Problem[] {
    this.#takeCircumstances(circumstances)
    const nodes = new Map<string, CheckedNode>()
    const problems: Problem[] = []
    const connections = new Set<string>()
    for (const node of flow.nodes) {
      const checked = this.#check(flow.name, node, circumstances)
      nodes.set(node.id, checked)
      problems.push(...soften(node, checked.problems))
      if (node.isDisabled !== true) for (const id of checked.connections) connections.add(id)
    }
    for (const id of connections) problems.push(...this.connectionProblems(id, circumstances))
    problems.push(
      ...checkWires(flow, nodes),
      ...checkClaims(flow, nodes),
      ...checkReach(flow, nodes),
    )
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

  #check(flow: string, node: FlowNode, circumstances: Circumstances): CheckedNode {
    const known = this.#nodes.get(node)
    if (known?.flow === flow) return known.checked
    const checked = checkNode(flow, node, this.#nodeTypes.get(node.type), circumstances)
    this.#nodes.set(node, { flow, checked })
    return checked
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
