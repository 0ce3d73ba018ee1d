import { expect, test } from 'vitest'
import { emptyFlow, type Flow } from '@millrace/flow'
import type { DeploymentInfo } from '@millrace/protocol'
import { fromFlow } from '../model/index.ts'
import { debugAdvice } from './debug-advice.ts'

const debug = { id: 'debug-1', type: 'core/debug', config: {} }
const source = { id: 'in-1', type: 'core/inject', config: {} }
const wire = { from: { node: 'in-1', port: 'out' }, to: { node: 'debug-1', port: 'in' } }

function advice(flow: Partial<Flow>, state: DeploymentInfo['state'] = 'stopped'): string {
  const document = fromFlow({ ...emptyFlow('f', 'F'), ...flow })
  const deployment: DeploymentInfo = { state, restarts: 0 }
  return debugAdvice({ document, deployed: state === 'running' ? document : undefined, deployment })
}

test('says the step that is missing before messages can be seen', () => {
  expect(advice({ nodes: [source] })).toContain('Add a debug node')
  expect(advice({ nodes: [{ ...debug, isDisabled: true }] })).toContain('Add a debug node')
  expect(advice({ nodes: [source, debug] })).toContain('Wire the debug node')
  expect(advice({ nodes: [source, debug], wires: [wire] })).toContain('Deploy')
  expect(advice({ nodes: [source, debug], wires: [wire] }, 'running')).toContain('Nothing has')
})
