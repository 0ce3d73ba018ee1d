import { encodeFields, formatChoices } from '@millrace/formats/fields'
import { describe } from '@millrace/sdk/descriptor'

const asMessage = { field: 'from', is: ['message'] } as const

export const httpResponseDescriptor = describe({
  type: 'http/response',
  version: 1,
  kind: 'sink',
  title: 'HTTP response',
  summary: 'Answers the request that a message came from.',
  category: 'sinks',
  icon: 'reply',
  keywords: ['webhook', 'rest', 'api', 'answer', 'server', 'reply', 'lambda'],
  inputs: [{ name: 'in', title: 'Messages' }],
  outputs: [],
  face: '{status}',
  targets: ['local'],
  promises: { idempotent: true },
  fields: {
    from: {
      kind: 'choice',
      label: 'Response from',
      advanced: true,
      default: 'message',
      options: [
        { value: 'message', label: 'These settings' },
        {
          value: 'lambda',
          label: 'The result of a Lambda function',
          help: 'The payload has statusCode, headers, body and isBase64Encoded.',
        },
      ],
    },
    status: {
      kind: 'expression',
      returns: 'number',
      label: 'Status',
      when: asMessage,
      default: '200',
      placeholder: 'status',
      help: 'A number from 200 to 599, or an expression that gives one.',
    },
    body: {
      kind: 'expression',
      returns: 'any',
      label: 'Body',
      when: asMessage,
      placeholder: 'payload',
      help: 'The payload when empty.',
    },
    bodyFormat: {
      kind: 'choice',
      label: 'Body format',
      default: 'auto',
      when: asMessage,
      options: [
        {
          value: 'auto',
          label: 'As it is',
          help: 'Text and bytes are sent as they are, all else as JSON.',
        },
        ...formatChoices(),
      ],
    },
    ...encodeFields({ field: 'bodyFormat', and: asMessage }, 'body'),
    contentType: {
      kind: 'text',
      label: 'Content type',
      when: asMessage,
      placeholder: 'application/json',
      maxLength: 200,
      pattern: '[\\x20-\\x7e]*',
      patternHint: 'Printable ASCII, such as text/csv.',
      suggestions: [
        'application/json',
        'text/plain; charset=utf-8',
        'text/html; charset=utf-8',
        'text/csv',
      ],
      help: 'When empty, what fits the body.',
    },
    headers: {
      kind: 'list',
      label: 'Headers',
      itemLabel: 'header',
      advanced: true,
      default: [],
      item: {
        name: {
          kind: 'text',
          label: 'Name',
          required: true,
          maxLength: 200,
          pattern: "[!#$%&'*+.^_`|~0-9A-Za-z-]+",
          patternHint: 'Letters, digits and dashes, such as Cache-Control.',
        },
        value: { kind: 'template', label: 'Value', required: true },
      },
    },
  },
})
