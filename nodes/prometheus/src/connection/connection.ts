import { connection } from '@millrace/sdk'
import { openRemoteServer } from '../remote/remote-server.ts'
import type { RemoteServer } from '../remote/remote-server.ts'
import { prometheusConnectionDescriptor } from './descriptor.ts'
import { testSteps } from './test-steps.ts'

export const prometheusConnection = connection<typeof prometheusConnectionDescriptor, RemoteServer>(
  prometheusConnectionDescriptor,
  ({ config, clock, timers }) => {
    const server = openRemoteServer({ ...config, clock, timers })
    return { handle: server, close: () => server.close() }
  },
  testSteps,
)
