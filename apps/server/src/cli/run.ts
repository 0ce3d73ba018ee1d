import { join } from 'node:path'
import { openCatalog } from '@millrace/catalog'
import { hasErrors, validateFlow } from '@millrace/flow'
import type { Bundle, ConnectionDocument, DescriptorsByType, Flow } from '@millrace/flow'
import { engineEnvironment, engineSettings } from '../config/engine-settings.ts'
import type { Settings } from '../config/settings.ts'
import { checkAhead } from '../deploy/check-ahead.ts'
import { specOf } from '../deploy/deployment-spec.ts'
import { AtomicFiles } from '../storage/atomic-files.ts'
import { realDisk } from '../storage/disk.ts'
import { SecretFile } from '../storage/secret-file.ts'
import { createSupervisor } from '../supervisor/engine-supervisor.ts'
import { SupervisorError } from '../supervisor/supervisor.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { line, readBundle } from './check.ts'
import { expectContainer, flowNetwork } from './expect-container.ts'
import type { Surroundings } from './surroundings.ts'

const drainMs = 10_000

/** Runs the flows of a file without server and editor; what they report goes to the terminal. */
export async function run(
  file: string,
  settings: Settings,
  surroundings: Surroundings,
): Promise<number> {
  expectContainer(settings, surroundings)
  const { bundle, problems } = await readBundle(file)
  if (!bundle) {
    for (const problem of problems) surroundings.note(line(file, '', problem))
    return 1
  }
  const catalog = await openCatalog({ manifest: surroundings.manifest })
  if (!isRunnable(bundle, { file, nodeTypes: catalog.descriptors, note: surroundings.note }))
    return 1
  const { nodePackages } = catalog
  const supervisor = createSupervisor({
    clock: surroundings.clock,
    settings: engineSettings({
      nodePackages,
      flowPort: settings.flowPort,
      isUnattended: true,
      ...flowNetwork(settings),
    }),
    environment: engineEnvironment(surroundings.environment, {
      files: join(settings.userDirectory, 'files'),
      store: join(settings.userDirectory, 'store'),
    }),
  })
  report(supervisor, surroundings)
  const finished = allFinished(bundle, supervisor)
  await supervisor.start()
  try {
    const secrets = await readSecrets(settings.userDirectory)
    await deployAll(bundle, { supervisor, nodeTypes: catalog.descriptors, surroundings, secrets })
    await Promise.race([surroundings.interrupted, finished])
    return 0
  } catch (error) {
    if (!(error instanceof SupervisorError)) throw error
    surroundings.note(`${file}: error: ${error.message} (${error.code})`)
    return 1
  } finally {
    await supervisor.close({ drainMs })
  }
}

interface CheckOptions {
  readonly file: string
  readonly nodeTypes: DescriptorsByType
  readonly note: (text: string) => void
}

function isRunnable(bundle: Bundle, { file, nodeTypes, note }: CheckOptions): boolean {
  const connections = new Map(bundle.connections.map((document) => [document.id, document]))
  let isGood = true
  for (const flow of bundle.flows) {
    const problems = validateFlow(flow, { nodeTypes, connections })
    for (const problem of problems) note(line(file, flow.name, problem))
    if (hasErrors(problems)) isGood = false
  }
  return isGood
}

interface Stage {
  readonly supervisor: Supervisor
  readonly nodeTypes: DescriptorsByType
  readonly surroundings: Surroundings
  readonly secrets: SecretFile
}

/** Secrets are in no file that is passed on; those set in the user directory are taken. */
async function readSecrets(userDirectory: string): Promise<SecretFile> {
  const secrets = new SecretFile(new AtomicFiles(realDisk, { isOwner: false }), userDirectory)
  const failure = await secrets.open()
  if (failure) throw failure
  return secrets
}

async function deployAll(bundle: Bundle, stage: Stage): Promise<void> {
  const { supervisor, surroundings } = stage
  const documents = new Map(bundle.connections.map((document) => [document.id, document]))
  for (const flow of bundle.flows) {
    supervisor.watch(flow.name, { isWatched: true, debugNodes: null, taps: [] })
    // oxlint-disable-next-line no-await-in-loop -- the first that fails ends it
    await deployOne(flow, documents, stage)
    surroundings.note(`${flow.name} runs`)
  }
}

async function deployOne(
  flow: Flow,
  connections: ReadonlyMap<string, ConnectionDocument>,
  { supervisor, nodeTypes, surroundings, secrets }: Stage,
): Promise<void> {
  const spec = specOf(flow, { connections, secrets, nodeTypes })
  const found = await checkAhead(flow, {
    running: () => undefined,
    specOf: () => spec,
    nodeTypes,
    supervisor,
  })
  const error = found.find(({ severity }) => severity === 'error')
  if (error !== undefined) throw new SupervisorError(error.code, error.message, error.node)
  for (const { message, node = '' } of found) {
    surroundings.note(`warning: ${flow.name}, node "${node}": ${message}`)
  }
  await supervisor.deploy(spec, 1)
}

/** Settles when the sources of all flows have come to their end. */
function allFinished({ flows }: Bundle, supervisor: Supervisor): Promise<void> {
  const left = new Set(flows.map(({ name }) => name))
  return new Promise((resolve) => {
    supervisor.on('finished', (flow) => {
      left.delete(flow)
      if (left.size === 0) resolve()
    })
  })
}

/** One JSON line for each thing that the flows tell. */
function report(supervisor: Supervisor, { print, note }: Surroundings): void {
  const tell = (kind: string, value: object) => print(JSON.stringify({ kind, ...value }))
  supervisor.on('debug', ({ flow, entries }) => {
    for (const { value, ...entry } of entries) tell('debug', { flow, ...entry, value: value.json })
  })
  supervisor.on('alerts', (flow, node, alerts) => {
    for (const alert of alerts) tell('alert', { flow, node, ...alert })
  })
  supervisor.on('log', (flow, entries) => {
    for (const { level, text, node } of entries) {
      note(`${level}: ${flow}${node === undefined ? '' : `, node "${node}"`}: ${text}`)
    }
  })
}
