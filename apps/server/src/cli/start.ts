import { openCatalog } from '@millrace/catalog'
import { engineEnvironment, engineSettings } from '../config/engine-settings.ts'
import { UsageError, usualPort } from '../config/settings.ts'
import type { Settings } from '../config/settings.ts'
import { openServer } from '../open-server.ts'
import type { OpenServer } from '../open-server.ts'
import { realDisk } from '../storage/disk.ts'
import { openUserDirectory } from '../storage/user-directory.ts'
import { createSupervisor } from '../supervisor/engine-supervisor.ts'
import type { Surroundings } from './surroundings.ts'

const drainMs = 10_000
const portsTried = 20

/** Runs the server until it is interrupted, then ends it drained. */
export async function start(settings: Settings, surroundings: Surroundings): Promise<number> {
  const { clock, note, print } = surroundings
  const onUnforeseen = (error: unknown) => note(textOf(error))
  const [directory, catalog] = await Promise.all([
    openUserDirectory({ path: settings.userDirectory, disk: realDisk }),
    openCatalog({ manifest: surroundings.manifest }),
  ])
  const { nodePackages } = catalog
  const supervisor = createSupervisor({
    clock,
    settings: engineSettings({ nodePackages, flowPort: settings.flowPort }),
    environment: engineEnvironment(surroundings.environment),
  })
  const server = await openServer({
    version: surroundings.version,
    clock,
    directory,
    nodeTypes: catalog.descriptors,
    supervisor,
    editorFolder: surroundings.editorFolder,
    problems: catalog.problems.map((problem) => `${problem.package}: ${problem.message}`),
    onUnforeseen,
  })
  for (const problem of server.parts.status().problems ?? []) note(problem)
  const engineStarted = supervisor.start()
  const port = await listenSomewhere(server, settings)
  print(`Millrace is at http://localhost:${port}`)
  await engineStarted
  await server.parts.deployments.startAll()
  await surroundings.interrupted
  note('Ending: flows are drained …')
  await server.close()
  await supervisor.close({ drainMs })
  await directory.close()
  return 0
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
