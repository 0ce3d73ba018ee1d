import { describe } from '@millrace/sdk/descriptor'
import { orderFields, orderOutputs } from '../time/order-fields.ts'

export const descriptor = describe({
  type: 'join/merge',
  version: 1,
  kind: 'operator',
  title: 'Merge by time',
  summary: 'Makes one stream of several, in the order of the times of their messages.',
  category: 'join',
  icon: 'merge',
  keywords: ['union', 'combine', 'order', 'interleave', 'watermark', 'event time', 'join'],
  inputs: [
    { name: 'first', title: 'First', help: 'Goes first where times are equal.' },
    { name: 'second', title: 'Second', help: 'Any number of wires may come here.' },
  ],
  outputs: orderOutputs,
  stateful: true,
  face: 'at most {messagesMax} waiting',
  targets: ['local'],
  fields: orderFields,
})
