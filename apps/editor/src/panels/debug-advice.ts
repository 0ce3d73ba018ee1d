import type { FlowState } from '../model/index.ts'

/** What is left to do before messages can be seen. */
export function debugAdvice(
  state: Pick<FlowState, 'document' | 'deployed' | 'deployment'>,
): string {
  const { document, deployed, deployment } = state
  const drawn = debugNodes(document)
  if (drawn.length === 0)
    return 'Add a debug node, wire it to what you want to look at, and deploy.'
  const wired = new Set([...document.wires.values()].map(({ to }) => to.node))
  if (!drawn.some((id) => wired.has(id)))
    return 'Wire the debug node to what you want to look at, and deploy.'
  const running = deployment.state === 'running' ? debugNodes(deployed) : []
  return running.length === 0
    ? 'Deploy, and what reaches the debug node is shown here.'
    : 'Nothing has reached a debug node since this page was opened.'
}

function debugNodes(document: FlowState['deployed']): readonly string[] {
  const nodes = [...(document?.nodes.values() ?? [])]
  const isSeen = ({ type, isDisabled }: (typeof nodes)[number]) =>
    type === 'core/debug' && isDisabled !== true
  return nodes.filter(isSeen).map(({ id }) => id)
}
