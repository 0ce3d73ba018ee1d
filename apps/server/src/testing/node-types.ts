import { describe } from '@millrace/sdk/descriptor'
import type { Descriptor } from '@millrace/sdk/descriptor'

const common = { version: 1, title: '', summary: '', icon: 'box' } as const

/** A few node types with all that the server looks at. */
const descriptors: readonly Descriptor[] = [
  describe({
    ...common,
    type: 'test/source',
    help: 'Sends **all**.',
    kind: 'source',
    category: 'sources',
    inputs: [],
    outputs: [{ name: 'out', title: 'Out' }],
    actions: [
      { name: 'inject', title: 'Inject', icon: 'play' },
      { name: 'refuse', title: 'Refuse', icon: 'x' },
    ],
    fields: { broker: { kind: 'connection', label: 'Broker', type: 'test/broker' } },
  }),
  describe({
    ...common,
    type: 'test/sink',
    kind: 'sink',
    category: 'sinks',
    inputs: [{ name: 'in', title: 'In' }],
    outputs: [],
    fields: {
      topic: { kind: 'text', label: 'Topic', maxLength: 50 },
      token: { kind: 'secret', label: 'Token' },
    },
  }),
  describe({
    ...common,
    type: 'test/checked',
    kind: 'sink',
    category: 'sinks',
    inputs: [{ name: 'in', title: 'In' }],
    outputs: [],
    checkedWith: ['broker'],
    fields: {
      isChecked: { kind: 'boolean', label: 'Checked', default: true },
      broker: {
        kind: 'connection',
        label: 'Broker',
        type: 'test/broker',
        when: { field: 'isChecked', is: [true] },
      },
    },
  }),
  describe({
    ...common,
    type: 'test/broker',
    kind: 'connection',
    category: 'connections',
    inputs: [],
    outputs: [],
    fields: {
      host: { kind: 'text', label: 'Host', required: true, format: 'host' },
      password: { kind: 'secret', label: 'Password' },
    },
  }),
]

export const testNodeTypes: ReadonlyMap<string, Descriptor> = new Map(
  descriptors.map((descriptor) => [descriptor.type, descriptor]),
)
