import type { Descriptor } from '@millrace/sdk/descriptor'
import type { Flow, FlowNode, Problem } from '../../flow.ts'
import type { CheckedNode } from '../check-node.ts'
import { configValue } from '../config-shown.ts'
import type { CheckedNodes } from './check-wires.ts'

/** Warnings about nodes that will do nothing, because nothing comes or nothing goes on. */
export function checkReach(flow: Flow, nodes: CheckedNodes): readonly Problem[] {
  const fed = new Set(flow.wires.map((wire) => wire.to.node))
  const used = new Set(flow.wires.map((wire) => wire.from.node))
  return flow.nodes.flatMap((node) => {
    const checked = nodes.get(node.id)
    if (!checked?.descriptor || node.isDisabled === true) return []
    const { kind } = checked.descriptor
    if (checked.inputs.size > 0 && !fed.has(node.id) && !beginsByItself(node, checked.descriptor)) {
      return [
        warning(
          node.id,
          'NODE_UNREACHED',
          'No messages come to this node yet: wire another one to it',
        ),
      ]
    }
    const isSource = kind === 'source' && checked.outputs.size > 0
    if (isSource && !used.has(node.id)) {
      return [
        warning(node.id, 'NODE_UNUSED', 'Its messages go nowhere yet: wire it to another node'),
      ]
    }
    return []
  })
}

function beginsByItself({ config }: FlowNode, { beginsBy, fields }: Descriptor): boolean {
  if (beginsBy === undefined) return false
  const value = configValue(fields, config, beginsBy)
  return value !== undefined && value !== 0 && value !== '' && value !== false
}

/** Two nodes that may not do the same, such as answer HTTP at the same path. */
export function checkClaims(
  nodes: readonly FlowNode[],
  checkedNodes: readonly CheckedNode[],
): readonly Problem[] {
  const holders = new Map<string, string>()
  const problems: Problem[] = []
  for (const [index, checked] of checkedNodes.entries()) {
    const id = nodes[index]?.id
    if (checked.claim === undefined || id === undefined) continue
    const holder = holders.get(checked.claim)
    if (holder === undefined) holders.set(checked.claim, id)
    else problems.push(claimProblem(id, holder, checked.descriptor?.uniqueBy ?? []))
  }
  return problems
}

function claimProblem(node: string, holder: string, fields: readonly string[]): Problem {
  const message = `"${holder}" has the same ${fields.join(' and ')}; change one of the two`
  const field = fields.at(-1)
  return {
    severity: 'error',
    code: 'NODE_CLASH',
    message,
    node,
    ...(field !== undefined && { field }),
  }
}

function warning(node: string, code: string, message: string): Problem {
  return { severity: 'warning', code, message, node }
}
