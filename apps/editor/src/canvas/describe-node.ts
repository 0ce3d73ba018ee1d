import { shortNumber } from '../format/numbers.ts'
import { nameOf } from '../model/index.ts'
import { problemsByNode } from './problems-by-node.ts'
import type { Stage } from './stage.ts'

/** A node in words: `Filter hot?, 1 input, 3 outputs, running, 12 messages per second`. */
export function describeNode(stage: Stage, id: string): string {
  const { flow, workbench, scene } = stage
  const state = flow.store.getState()
  const node = state.document.nodes.get(id)
  if (node === undefined) return ''
  const catalog = workbench.editor.catalog.getState()
  const descriptor = catalog.descriptors.get(node.type)
  const name = nameOf(catalog, node)
  const title = descriptor?.title ?? node.type
  const ports = scene.nodes.get(id)?.ports
  const status = workbench.live.gauges.status(id)
  const gauge = workbench.live.gauges.node(id)
  const problems = problemsByNode(state).get(id)
  const rate = gauge === undefined ? 0 : gauge.receivedPerSecond
  return [
    name === title ? title : `${title} ${name}`,
    counted(ports?.inputs.length ?? 0, 'input'),
    counted(ports?.outputs.length ?? 0, 'output'),
    node.isDisabled === true ? 'disabled' : '',
    status?.text ?? '',
    rate > 0 ? `${shortNumber(rate)} messages per second` : '',
    gauge?.isBottleneck === true ? 'slows the flow' : '',
    gauge?.isPressing === true ? 'back pressure' : '',
    problems === undefined ? '' : counted(problems.errors + problems.warnings, 'problem'),
    problems?.look === 'unfinished' ? 'not set up yet' : '',
  ]
    .filter((part) => part !== '')
    .join(', ')
}

function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`
}
