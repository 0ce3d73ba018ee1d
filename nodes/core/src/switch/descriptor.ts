import { describe } from '@millrace/sdk/descriptor'

export const descriptor = describe({
  type: 'core/switch',
  version: 1,
  kind: 'operator',
  title: 'Switch',
  summary: 'Sends each message out by the port whose condition holds.',
  category: 'route',
  icon: 'split',
  keywords: ['route', 'case', 'if', 'else', 'branch', 'condition', 'distribute'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: {
    eachRowOf: 'cases',
    titleField: 'label',
    // oxlint-disable-next-line unicorn/no-thenable -- ports, and nothing here is awaited
    then: [{ name: 'otherwise', title: 'Otherwise', help: 'No case holds.' }],
  },
  errorPort: false,
  face: '{cases} · {mode}',
  targets: ['local', 'workers', 'flink'],
  fields: {
    cases: {
      kind: 'list',
      label: 'Cases',
      itemLabel: 'case',
      min: 1,
      max: 50,
      default: [{ id: 'case1', label: 'Case 1' }],
      help: 'One output port for each, from the top.',
      item: {
        label: {
          kind: 'text',
          label: 'Name',
          default: '',
          placeholder: 'High',
          maxLength: 60,
        },
        condition: {
          kind: 'expression',
          returns: 'boolean',
          label: 'When',
          required: true,
          placeholder: 'payload.level > 80',
        },
      },
    },
    mode: {
      kind: 'choice',
      label: 'A message takes',
      default: 'first',
      options: [
        { value: 'first', label: 'The first case that holds' },
        { value: 'all', label: 'Every case that holds' },
      ],
    },
  },
})
