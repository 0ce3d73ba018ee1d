import { connection } from '@millrace/sdk'
import { openGrafana } from '../server/grafana-server.ts'
import type { GrafanaServer } from '../server/grafana-server.ts'
import { grafanaConnectionDescriptor } from './descriptor.ts'
import { testSteps } from './test-steps.ts'

export const grafanaConnection = connection<typeof grafanaConnectionDescriptor, GrafanaServer>(
  grafanaConnectionDescriptor,
  (context) => {
    const server = openGrafana(context)
    return { handle: server, close: () => server.close() }
  },
  testSteps,
)
