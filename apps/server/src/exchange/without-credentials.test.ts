import type { Flow } from '@millrace/flow'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { expect, test } from 'vitest'
import { exportBundle } from './export-bundle.ts'

const request: Descriptor = {
  type: 'http/request',
  version: 1,
  kind: 'operator',
  title: 'Request',
  summary: '',
  category: 'transform',
  icon: 'globe',
  inputs: [],
  outputs: [],
  fields: {
    headers: {
      kind: 'list',
      label: 'Headers',
      itemLabel: 'header',
      format: 'http-headers',
      item: {
        name: { kind: 'text', label: 'Name' },
        value: { kind: 'template', label: 'Value', required: true },
      },
    },
  },
}

function flowWith(...headers: readonly object[]): Flow {
  const node = { id: 'call', type: 'http/request', config: { headers, url: 'http://a' } }
  return { millrace: 1, name: 'f', title: 'F', nodes: [node], wires: [], layout: {} }
}

function exported(flow: Flow) {
  const nodeTypes = new Map([[request.type, request]])
  return exportBundle([flow], { connections: new Map(), nodeTypes, secrets: [], tests: [] })
}

test('an export holds no key that somebody wrote into a header', () => {
  const accept = { name: 'Accept', value: 'text/plain' }
  const given = { name: 'Authorization', value: 'Bearer {{ payload.token }}' }
  const flow = flowWith(accept, { name: 'X-API-Key', value: 'sk-4711' }, given)
  const bundle = exported(flow)
  expect(JSON.stringify(bundle)).not.toContain('4711')
  expect(bundle.flows[0]?.nodes[0]?.config).toEqual({
    url: 'http://a',
    headers: [accept, { name: 'X-API-Key', value: '' }, given],
  })
  expect(JSON.stringify(flow)).toContain('4711')
})

test('a flow without one is exported as it is', () => {
  const flow = flowWith({ name: 'Accept', value: 'text/plain' })
  expect(exported(flow).flows[0]).toBe(flow)
})
