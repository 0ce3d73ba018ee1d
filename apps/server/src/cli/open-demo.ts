import { importBundle } from '../exchange/import-bundle.ts'
import {
  demoBundle,
  demoFlowName,
  embeddedBrokerId,
  movedBrokerConnection,
} from '../first-minute/demo.ts'
import { openEmbeddedBroker } from '../first-minute/embedded-broker.ts'
import type { EmbeddedBroker } from '../first-minute/embedded-broker.ts'
import type { Server } from '../server-parts.ts'
import type { UserDirectory } from '../storage/user-directory.ts'

/**
 * The broker with its simulated plant, where the user directory is new or uses it. It comes up as
 * the rest of the server does; a broker that cannot is told and done without.
 */
export async function openDemoBroker(
  directory: UserDirectory,
  options: { readonly brokerPort: number; readonly note: (text: string) => void },
): Promise<EmbeddedBroker | null> {
  const isUsed = directory.connections.all().has(embeddedBrokerId)
  if (!directory.isNew && !isUsed) return null
  try {
    return await openEmbeddedBroker({
      mqttPort: options.brokerPort,
      onRestart: (reason) => options.note(`The embedded broker is started again: ${reason}`),
    })
  } catch (error) {
    options.note(error instanceof Error ? error.message : String(error))
    return null
  }
}

/** Gives a new user the demo flow; for others, sets the broker's port right. */
export async function installDemo(server: Server, { mqttPort }: EmbeddedBroker): Promise<void> {
  const { directory, saved, nodeTypes } = server
  const { connections, tests } = directory
  if (directory.isNew) {
    await importBundle(demoBundle(mqttPort), { saved, connections, tests, nodeTypes })
    return
  }
  const present = connections.all().get(embeddedBrokerId)
  const moved = present && movedBrokerConnection(present, mqttPort)
  if (moved) await connections.put(moved)
}

/** Lets the demo flow of a new user run. */
export async function startDemo({ directory, saved, deployments }: Server): Promise<void> {
  if (!directory.isNew || !saved.has(demoFlowName)) return
  await deployments.deploy(demoFlowName, { note: 'Came with Millrace' })
}
