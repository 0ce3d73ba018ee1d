import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isRecord } from '@millrace/flow'
import { StorageError } from './storage-error.ts'

/** Keeps two servers from one user directory. */
export interface DirectoryLock {
  release(): Promise<void>
}

interface Holder {
  readonly pid: number
  /** Tells a process from a later one with the same number; empty where it is not known. */
  readonly born: string
}

const fileName = 'server.lock'

/** Rejects with `STORAGE_LOCKED` while another process that lives has the directory. */
export async function lockDirectory(folder: string): Promise<DirectoryLock> {
  const path = join(folder, fileName)
  const own: Holder = { pid: process.pid, born: await birthOf(process.pid) }
  if (!(await take(path, own))) {
    await refuseWhileHeld(path, folder)
    await rm(path, { force: true })
    if (!(await take(path, own))) throw lockedError(folder, 0)
  }
  return { release: () => rm(path, { force: true }) }
}

async function take(path: string, holder: Holder): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(JSON.stringify(holder))
    await file.close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function refuseWhileHeld(path: string, folder: string): Promise<void> {
  const holder = await readHolder(path)
  if (holder && (await isAlive(holder))) throw lockedError(folder, holder.pid)
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!isRecord(value) || typeof value['pid'] !== 'number') return null
    return { pid: value['pid'], born: typeof value['born'] === 'string' ? value['born'] : '' }
  } catch {
    return null
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.pid <= 0 || !isProcess(holder.pid)) return false
  return holder.born === '' || holder.born === (await birthOf(holder.pid))
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Boot and start time of a process, where the system tells them (Linux). */
async function birthOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    // The name of the program, in brackets, may hold anything; start time is field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return `${boot.trim()} ${fields[19] ?? ''}`
  } catch {
    return ''
  }
}

function lockedError(folder: string, pid: number): StorageError {
  const who = pid > 0 ? `process ${pid}` : 'another process'
  const message = `The user directory ${folder} is used by ${who}; stop that server or choose another directory with --user-dir`
  return new StorageError('STORAGE_LOCKED', message)
}
