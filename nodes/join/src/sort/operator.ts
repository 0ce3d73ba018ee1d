import { operator } from '@millrace/sdk'
import { orderOperator } from '../time/order-operator.ts'
import { descriptor } from './descriptor.ts'

export const sort = operator(descriptor, orderOperator)
