import { openCatalog } from '@millrace/catalog'
import { engineEnvironment, engineSettings } from '../config/engine-settings.ts'
import { UsageError, usualPort } from '../config/settings.ts'
import type { Settings } from '../config/settings.ts'
import type { EmbeddedBroker } from '../first-minute/embedded-broker.ts'
import { returnMemory } from '../engine-process/return-memory.ts'
import { openServer } from '../open-server.ts'
import type { OpenServer } from '../open-server.ts'
import type { BrokerAddresses } from '../status.ts'
import { realDisk } from '../storage/disk.ts'
import { openUserDirectory } from '../storage/user-directory.ts'
import { createSupervisor } from '../supervisor/engine-supervisor.ts'
import { expectContainer, flowNetwork } from './expect-container.ts'
import { installDemo, openDemoBroker, startDemo } from './open-demo.ts'
import type { Surroundings } from './surroundings.ts'

const drainMs = 10_000
/** So long after the start what only that needed can go. */
const settledAfterMs = 5_000
const portsTried = 20

/** Runs the server until it is interrupted, then ends it drained. */
export async function start(settings: Settings, surroundings: Surroundings): Promise<number> {
  const { clock, note, print, interrupted } = surroundings
  expectContainer(settings, surroundings)
  const onUnforeseen = (error: unknown) => note(textOf(error))
  const [directory, catalog] = await Promise.all([
    openUserDirectory({ path: settings.userDirectory, disk: realDisk }),
    openCatalog({ manifest: surroundings.manifest }),
  ])
  const { nodePackages } = catalog
  const supervisor = createSupervisor({
    clock,
    settings: engineSettings({
      nodePackages,
      flowPort: settings.flowPort,
      ...flowNetwork(settings),
      durable: settings.isDurable
        ? { state: directory.durable.state, intake: directory.durable.intake }
        : undefined,
    }),
    environment: engineEnvironment(surroundings.environment, directory.durable),
  })
  const starting = supervisor.start()
  // Waited for below; until then a failure is nobody's.
  starting.catch(() => undefined)
  const { brokerPort, isWithDemo } = settings
  const broker = isWithDemo ? await openDemoBroker(directory, { brokerPort, note }) : null
  const server = await openServer({
    version: surroundings.version,
    clock,
    directory,
    nodeTypes: catalog.descriptors,
    supervisor,
    editorFolder: surroundings.editorFolder,
    trials: { nodePackages, environment: engineEnvironment(surroundings.environment) },
    broker: () => addressesOf(broker),
    hostNames: settings.hostNames,
    isForOwnNetworks: settings.isInContainer,
    problems: catalog.problems.map((problem) => `${problem.package}: ${problem.message}`),
    onUnforeseen,
  })
  for (const problem of server.parts.status().problems ?? []) note(problem)
  if (broker) await installDemo(server.parts, broker).catch(onUnforeseen)
  const port = await listenSomewhere(server, settings)
  print(`Millrace is at http://localhost:${port}`)
  await starting.catch(onUnforeseen)
  await server.parts.deployments.startAll()
  await startDemo(server.parts).catch(onUnforeseen)
  const settling = setTimeout(returnMemory, settledAfterMs)
  await interrupted
  clearTimeout(settling)
  note('Ending: flows are drained …')
  await server.close()
  await supervisor.close({ drainMs })
  await broker?.close()
  await directory.close()
  return 0
}

function addressesOf(broker: EmbeddedBroker | null): BrokerAddresses {
  if (broker === null) return {}
  const { brokerUrl, brokerWsUrl } = broker
  return { brokerUrl, brokerWsUrl }
}

/** A port that was asked for must be free; without one the next free port will do. */
async function listenSomewhere(server: OpenServer, { host, port }: Settings): Promise<number> {
  const ports =
    port === undefined
      ? Array.from({ length: portsTried }, (_, index) => usualPort + index)
      : [port]
  for (const candidate of ports) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is what is wanted
      return await server.listen({ host, port: candidate })
    } catch (error) {
      if (!isTaken(error)) throw error
    }
  }
  throw new UsageError(`Port ${ports.join(', ')} is in use; choose another one with --port`)
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
