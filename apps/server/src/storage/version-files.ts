import { join } from 'node:path'
import { isRecord, parseFlow } from '@millrace/flow'
import type { Flow } from '@millrace/flow'
import { KeyedQueue } from '../flows/keyed-queue.ts'
import type { AtomicFiles } from './atomic-files.ts'

/** One deployed version of a flow, without the flow. */
export interface StoredVersion {
  readonly number: number
  /** Milliseconds since the epoch. */
  readonly deployedAt: number
  readonly note?: string
  readonly nodeCount: number
  /** Hash of the flow's canonical text. */
  readonly revision: string
}

export interface NewVersion extends Omit<StoredVersion, 'number'> {
  readonly onNumber?: (number: number) => void
}

const versionsMax = 200
const headBytes = 8_192
const headEnd = ',\n'

/**
 * `versions/<flow>/<number>.json`: what was deployed, newest kept. The first line of a file tells
 * all but the flow.
 */
export class VersionFiles {
  readonly #files: AtomicFiles
  readonly #folder: string
  readonly #known = new Map<string, StoredVersion[]>()
  /** The highest number of a file, readable or not. */
  readonly #highest = new Map<string, number>()
  readonly #adding = new KeyedQueue()

  constructor(files: AtomicFiles, userDirectory: string) {
    this.#files = files
    this.#folder = join(userDirectory, 'versions')
  }

  open(): Promise<void> {
    return this.#files.openFolder(this.#folder)
  }

  /** Ascending by number. Files that cannot be read are left out. */
  async list(flow: string): Promise<readonly StoredVersion[]> {
    const known = this.#known.get(flow)
    if (known) return known
    await this.#files.openFolder(this.#folderOf(flow))
    const names = await this.#files.list(this.#folderOf(flow))
    const numbers = names.map((name) => Number(/^(\d{1,9})\.json$/.exec(name)?.[1] ?? Number.NaN))
    const wanted = numbers.filter((number) => number > 0).toSorted((one, other) => one - other)
    this.#highest.set(flow, wanted.at(-1) ?? 0)
    const read = await Promise.all(wanted.map((number) => this.#readHead(flow, number)))
    const versions = read.filter((version) => version !== null)
    this.#known.set(flow, versions)
    return versions
  }

  async read(flow: string, number: number): Promise<Flow | null> {
    const versions = await this.list(flow)
    if (!versions.some((version) => version.number === number)) return null
    const value = await this.#readJson(flow, number)
    return (isRecord(value) ? parseFlow(value['flow']).flow : undefined) ?? null
  }

  /**
   * Keeps a version, unless it is the same as the newest one: then that is it. Its number is told
   * before the disk has it.
   */
  add(flow: string, bytes: Uint8Array, version: NewVersion): Promise<StoredVersion> {
    return this.#adding.run(flow, () => this.#add(flow, bytes, version))
  }

  async #add(
    flow: string,
    bytes: Uint8Array,
    { onNumber, ...version }: NewVersion,
  ): Promise<StoredVersion> {
    const versions = [...(await this.list(flow))]
    const newest = versions.at(-1)
    if (newest?.revision === version.revision) {
      onNumber?.(newest.number)
      return newest
    }
    const added = { number: (this.#highest.get(flow) ?? 0) + 1, ...version }
    this.#highest.set(flow, added.number)
    onNumber?.(added.number)
    await this.#files.write(this.#path(flow, added.number), fileParts(added, bytes))
    versions.push(added)
    const dropped = versions.splice(0, Math.max(0, versions.length - versionsMax))
    this.#known.set(flow, versions)
    // Nobody waits for what is only tidied up; what is left over is dropped with a later version.
    for (const { number } of dropped) {
      void this.#files.remove(this.#path(flow, number)).catch(() => undefined)
    }
    return added
  }

  async #readHead(flow: string, number: number): Promise<StoredVersion | null> {
    const value = await this.#readJson(flow, number, { headOnly: true })
    if (!isRecord(value)) return null
    const { deployedAt, note, nodeCount, revision } = value
    if (typeof deployedAt !== 'number' || typeof revision !== 'string') return null
    return {
      number,
      deployedAt,
      ...(typeof note === 'string' && { note }),
      nodeCount: typeof nodeCount === 'number' ? nodeCount : 0,
      revision,
    }
  }

  async #readJson(flow: string, number: number, { headOnly = false } = {}): Promise<unknown> {
    const path = this.#path(flow, number)
    try {
      if (!headOnly) return JSON.parse(await this.#files.read(path))
      const start = await this.#files.readStart(path, headBytes)
      return JSON.parse(`${start.slice(0, start.indexOf(headEnd))}}`)
    } catch {
      return null
    }
  }

  #folderOf(flow: string): string {
    return join(this.#folder, flow)
  }

  #path(flow: string, number: number): string {
    return join(this.#folderOf(flow), `${number}.json`)
  }
}

function fileParts(version: StoredVersion, flow: Uint8Array): readonly Uint8Array[] {
  const head = JSON.stringify(version).slice(0, -1)
  return [Buffer.from(`${head}${headEnd}"flow": `), flow, Buffer.from('}\n')]
}
