import { connection } from '@millrace/sdk'
import { openListener } from '../listener/listener.ts'
import type { Listener } from '../listener/listener.ts'
import { telegrafConnectionDescriptor } from './descriptor.ts'
import { testSteps } from './test-steps.ts'

export const telegrafConnection = connection<typeof telegrafConnectionDescriptor, Listener>(
  telegrafConnectionDescriptor,
  (context) => {
    const listener = openListener(context)
    return { handle: listener, close: () => listener.close() }
  },
  testSteps,
)
