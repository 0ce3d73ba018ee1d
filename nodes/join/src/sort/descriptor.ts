import { describe } from '@millrace/sdk/descriptor'
import { orderFields, orderOutputs } from '../time/order-fields.ts'

export const descriptor = describe({
  type: 'join/sort',
  version: 1,
  kind: 'operator',
  title: 'Sort by time',
  summary: 'Lets messages go in the order of their times, once nothing earlier is expected.',
  category: 'windows',
  icon: 'list-filter',
  keywords: ['order', 'reorder', 'out of order', 'watermark', 'event time', 'buffer'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: orderOutputs,
  stateful: true,
  face: 'at most {messagesMax} waiting',
  targets: ['local'],
  fields: orderFields,
})
