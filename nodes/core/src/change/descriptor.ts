import { describe } from '@millrace/sdk/descriptor'

export const descriptor = describe({
  type: 'core/change',
  version: 1,
  kind: 'operator',
  title: 'Change',
  summary: 'Sets, moves, copies and deletes parts of a message.',
  category: 'transform',
  icon: 'pen-line',
  keywords: ['set', 'rename', 'delete', 'move', 'copy', 'map', 'assign', 'calculate', 'convert'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [{ name: 'out', title: 'Out' }],
  face: '{rows}',
  targets: ['local', 'workers', 'flink'],
  fields: {
    rows: {
      kind: 'list',
      label: 'Changes',
      itemLabel: 'change',
      min: 1,
      default: [{ action: 'set', place: 'payload' }],
      help: 'Made from the top; each sees what those above it did.',
      item: {
        action: {
          kind: 'choice',
          label: 'Do',
          default: 'set',
          options: [
            { value: 'set', label: 'Set' },
            { value: 'move', label: 'Move or rename' },
            { value: 'copy', label: 'Copy' },
            { value: 'delete', label: 'Delete' },
          ],
        },
        place: {
          kind: 'path',
          label: 'Place',
          required: true,
          placeholder: 'payload.fahrenheit',
          when: { field: 'action', is: ['set', 'delete'] },
        },
        value: {
          kind: 'expression',
          returns: 'any',
          label: 'To',
          required: true,
          placeholder: 'payload.celsius * 1.8 + 32',
          when: { field: 'action', is: ['set'] },
        },
        from: {
          kind: 'path',
          label: 'From',
          required: true,
          placeholder: 'payload.temp',
          when: { field: 'action', is: ['move', 'copy'] },
        },
        to: {
          kind: 'path',
          label: 'To',
          required: true,
          placeholder: 'payload.temperature',
          when: { field: 'action', is: ['move', 'copy'] },
        },
      },
    },
  },
})
