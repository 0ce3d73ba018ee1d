import { AtomicFiles } from './atomic-files.ts'
import { ConnectionFiles } from './connection-files.ts'
import { DurableFiles } from './durable-files.ts'
import { DeployedFile } from './deployed-file.ts'
import { lockDirectory } from './directory-lock.ts'
import type { DirectoryLock } from './directory-lock.ts'
import type { Disk } from './disk.ts'
import { FlowFiles } from './flow-files.ts'
import { SecretFile } from './secret-file.ts'
import { TestFiles } from './test-files.ts'
import { VersionFiles } from './version-files.ts'

/** All that the server keeps on disk. */
export interface UserDirectory {
  readonly path: string
  readonly files: AtomicFiles
  readonly flows: FlowFiles
  readonly tests: TestFiles
  readonly versions: VersionFiles
  readonly deployed: DeployedFile
  readonly connections: ConnectionFiles
  readonly secrets: SecretFile
  /** What flows keep for themselves. */
  readonly durable: DurableFiles
  /** What could not be read, in sentences; never a reason not to start. */
  readonly problems: readonly string[]
  /** Whether nothing was there before. */
  readonly isNew: boolean
  /** Waits for writes under way, and lets another server in. */
  close(): Promise<void>
}

export interface UserDirectoryOptions {
  readonly path: string
  readonly disk: Disk
  /** False reads beside a running server; nothing may be written then. */
  readonly isLocked?: boolean
}

/** Rejects with `STORAGE_LOCKED` where another server has it. */
export async function openUserDirectory(options: UserDirectoryOptions): Promise<UserDirectory> {
  const { path, disk, isLocked = true } = options
  if (isLocked) await disk.makeFolder(path)
  const lock = isLocked ? await lockDirectory(path) : null
  try {
    return await openAll(path, disk, lock)
  } catch (error) {
    await lock?.release()
    throw error
  }
}

async function openAll(
  path: string,
  disk: Disk,
  lock: DirectoryLock | null,
): Promise<UserDirectory> {
  const before = (await disk.list(path)).filter(
    (name) => name.endsWith('.json') || name === 'flows',
  )
  const files = new AtomicFiles(disk, { isOwner: lock !== null })
  const flows = new FlowFiles(files, path)
  const tests = new TestFiles(files, path)
  const versions = new VersionFiles(files, path)
  const deployed = new DeployedFile(files, path)
  const connections = new ConnectionFiles(files, path)
  const secrets = new SecretFile(files, path)
  const durable = new DurableFiles(files, path)
  await files.openFolder(path)
  await flows.open()
  await versions.open()
  const problems: string[] = []
  await deployed.open().catch((error: unknown) => problems.push(String(error)))
  for (const { id, message } of await connections.open()) {
    problems.push(`The connection ${id} cannot be read: ${message}`)
  }
  const unreadable = await secrets.open()
  if (unreadable) problems.push(unreadable.message)
  const close = async () => {
    await files.settle()
    await lock?.release()
  }
  const isNew = before.length === 0
  const parts = { flows, tests, versions, deployed, connections, secrets, durable }
  return { path, files, ...parts, problems, isNew, close }
}
