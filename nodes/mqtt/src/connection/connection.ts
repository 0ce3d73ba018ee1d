import { connection } from '@millrace/sdk'
import type { Broker } from '../link/broker.ts'
import { BrokerLink } from '../link/broker-link.ts'
import { mqttConnectionDescriptor } from './descriptor.ts'
import { linkOptions } from './link-options.ts'
import { testSteps } from './test-steps.ts'

export const mqttConnection = connection<typeof mqttConnectionDescriptor, Broker>(
  mqttConnectionDescriptor,
  (context) => {
    const link = new BrokerLink(linkOptions(context))
    return { handle: link, close: () => link.close() }
  },
  testSteps,
)
