import { describe } from '@millrace/sdk/descriptor'

export const descriptor = describe({
  type: 'core/template',
  version: 1,
  kind: 'operator',
  title: 'Template',
  summary: 'Writes text, or JSON, from parts of a message.',
  category: 'transform',
  icon: 'braces',
  keywords: ['text', 'format', 'string', 'mustache', 'json', 'build', 'write'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [{ name: 'out', title: 'Out' }],
  face: 'to {place}',
  targets: ['local', 'workers'],
  fields: {
    template: {
      kind: 'template',
      label: 'Template',
      default: '{{ topic }}: {{ payload }}',
      required: true,
      multiline: true,
      help: 'Text with expressions between double braces.',
    },
    format: {
      kind: 'choice',
      label: 'Result',
      default: 'text',
      options: [
        { value: 'text', label: 'Text' },
        { value: 'json', label: 'Read as JSON' },
      ],
    },
    place: {
      kind: 'path',
      label: 'Put it into',
      default: 'payload',
      required: true,
      placeholder: 'payload',
    },
  },
})
