import { operator } from '@millrace/sdk'
import { descriptor } from './descriptor.ts'

/** The engine reads the timing fields and stamps what leaves here; the node only passes it on. */
export const eventTime = operator(descriptor, ({ emit }) => ({ onMessage: emit.out }))
