import { connection } from '@millrace/sdk'
import { HttpInfluxServer } from '../server/influx-server.ts'
import type { InfluxServer } from '../server/influx-server.ts'
import { influxdbConnectionDescriptor } from './descriptor.ts'
import { testSteps } from './test-steps.ts'

export const influxdbConnection = connection<typeof influxdbConnectionDescriptor, InfluxServer>(
  influxdbConnectionDescriptor,
  ({ config, clock, timers }) => {
    const server = new HttpInfluxServer({ ...config, clock, timers })
    return { handle: server, close: () => server.close() }
  },
  testSteps,
)
