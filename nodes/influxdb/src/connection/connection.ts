import { connection } from '@millrace/sdk'
import { openInfluxServer, type InfluxServer } from '../write/influx-server.ts'
import { influxdbConnectionDescriptor } from './descriptor.ts'
import { testSteps } from './test-steps.ts'

export const influxdbConnection = connection(
  influxdbConnectionDescriptor,
  ({ config }) => {
    const server = openInfluxServer(config)
    const handle: InfluxServer = server
    return { handle, close: () => server.close() }
  },
  (context) => testSteps(context.config),
)
