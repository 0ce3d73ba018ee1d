import { chain } from './chain.ts'
import { deploy } from './deploy.ts'
import { devices } from './devices.ts'
import { durable } from './durable.ts'
import { editor } from './editor.ts'
import { http, httpDurable } from './http.ts'
import { influxdb } from './influxdb.ts'
import { kafka } from './kafka.ts'
import { manyFlows } from './many-flows.ts'
import { passthrough, passthroughMosquitto, pipeline } from './mqtt.ts'
import type { Scenario } from './scenario.ts'
import { window } from './window.ts'

export const scenarios: readonly Scenario[] = [
  passthrough,
  passthroughMosquitto,
  pipeline,
  http,
  httpDurable,
  deploy,
  chain,
  editor,
  window,
  devices,
  durable,
  manyFlows,
  kafka,
  influxdb,
]
