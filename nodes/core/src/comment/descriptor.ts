import { describe } from '@millrace/sdk/descriptor'

export const descriptor = describe({
  type: 'core/comment',
  version: 1,
  kind: 'note',
  title: 'Comment',
  summary: 'A note on the canvas, in Markdown.',
  category: 'notes',
  icon: 'message-square-text',
  keywords: ['note', 'text', 'documentation', 'markdown', 'description'],
  inputs: [],
  outputs: [],
  face: '{text}',
  fields: {
    text: {
      kind: 'text',
      label: 'Text',
      default: '',
      multiline: true,
      placeholder: 'What this part of the flow is for',
      help: 'Markdown.',
    },
  },
})
