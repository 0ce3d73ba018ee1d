import type { Bundle, ConnectionDocument, Flow } from '@millrace/flow'
import demoFlow from './demo-flow.json' with { type: 'json' }

export const embeddedBrokerId = 'embedded-broker'

/** The flow that a new user finds, live. A test checks it like any other flow. */
export const demoFlowName = demoFlow.name

/** The connection to the broker that comes with the server, on the port that it has this time. */
export function embeddedBrokerConnection(mqttPort: number): ConnectionDocument {
  return {
    id: embeddedBrokerId,
    type: 'mqtt/connection',
    name: 'Embedded broker',
    config: { host: '127.0.0.1', port: mqttPort },
  }
}

/** What an empty user directory is given: the demo flow and what it needs. */
export function demoBundle(mqttPort: number): Bundle {
  // JSON modules have wider types than the document; the test parses it as what it is.
  const flow = demoFlow as unknown as Flow
  return { millrace: 1, flows: [flow], connections: [embeddedBrokerConnection(mqttPort)] }
}

/**
 * The connection as it has to be when the broker got another port than the last time; undefined
 * when it is right, or is no longer what was installed.
 */
export function movedBrokerConnection(
  present: ConnectionDocument,
  mqttPort: number,
): ConnectionDocument | undefined {
  const { host, port } = present.config
  if (present.id !== embeddedBrokerId || host !== '127.0.0.1' || port === mqttPort) return undefined
  return { ...present, config: { ...present.config, port: mqttPort } }
}
