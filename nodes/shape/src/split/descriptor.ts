import { describe } from '@millrace/sdk/descriptor'

export const descriptor = describe({
  type: 'shape/split',
  version: 1,
  kind: 'operator',
  title: 'Split',
  summary:
    'Makes a message of each element of a list, each entry of an object or each line of a text.',
  category: 'transform',
  icon: 'scissors',
  keywords: ['array', 'list', 'lines', 'elements', 'each', 'unnest', 'explode', 'flatten', 'loop'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [{ name: 'out', title: 'Parts' }],
  stateful: true,
  face: '{place}',
  targets: ['local', 'workers'],
  fields: {
    place: {
      kind: 'path',
      label: 'What is split',
      default: 'payload',
      required: true,
      placeholder: 'payload.readings',
      help: 'A list, an object or a text. Each part takes its place; the rest of the message stays.',
    },
    text: {
      kind: 'choice',
      label: 'A text is split',
      default: 'lines',
      options: [
        { value: 'lines', label: 'Into lines' },
        { value: 'separator', label: 'At a separator' },
      ],
    },
    separator: {
      kind: 'text',
      label: 'Separator',
      default: ',',
      required: true,
      maxLength: 100,
      when: { field: 'text', is: ['separator'] },
    },
    nameTo: {
      kind: 'path',
      label: 'Name of an entry goes to',
      placeholder: 'topic',
      help: "Of an object's entries. It stands in `parts.key` as well.",
    },
    partsMax: {
      kind: 'integer',
      label: 'Maximum parts',
      advanced: true,
      default: 10_000,
      required: true,
      min: 1,
      max: 1_000_000,
      unit: 'parts',
      help: 'A message with more leaves by the error port, whole.',
    },
  },
})
