import { dirname } from 'node:path'
import { partsOf } from '../storage/disk.ts'
import type { Content, Disk } from '../storage/disk.ts'

interface MemoryFile {
  readonly text: string
}

/**
 * A disk in memory that fails at the nth write, and that can lose what was never synced, as a
 * power cut does: what a name stands for is lasting only once its folder was synced.
 */
export class MemoryDisk implements Disk {
  #files = new Map<string, MemoryFile>()
  /** What a power cut leaves. */
  #lasting = new Map<string, MemoryFile>()
  readonly #folders = new Set<string>()
  readonly #stamps = new WeakMap<MemoryFile, number>()
  #stampsGiven = 0
  #operations = 0
  /** The operation, counted from 1, that fails and with it all that follow. */
  failsAt = Number.POSITIVE_INFINITY

  get operations(): number {
    return this.#operations
  }

  cutPower(): void {
    this.#files = new Map(this.#lasting)
    this.failsAt = Number.POSITIVE_INFINITY
  }

  names(): readonly string[] {
    return [...this.#files.keys()].toSorted()
  }

  /** Puts a file there as somebody else would. */
  plant(path: string, text: string): void {
    this.#files.set(path, { text })
    this.#lasting.set(path, { text })
  }

  async read(path: string): Promise<string> {
    const file = this.#files.get(path)
    if (file) return file.text
    throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' })
  }

  async readStart(path: string, bytes: number): Promise<string> {
    return (await this.read(path)).slice(0, bytes)
  }

  async list(folder: string): Promise<readonly string[]> {
    const inside = [...this.#files.keys(), ...this.#folders].filter(
      (path) => dirname(path) === folder,
    )
    return inside.map((path) => path.slice(folder.length + 1))
  }

  async makeFolder(folder: string): Promise<void> {
    this.#folders.add(folder)
  }

  async create(path: string, content: Content): Promise<void> {
    const text = Buffer.concat(partsOf(content).map((part) => Buffer.from(part))).toString()
    if (this.#files.has(path)) throw Object.assign(new Error('EEXIST'), { code: 'EEXIST' })
    // A full disk takes a part of it.
    if (this.#isFailing()) {
      this.#files.set(path, { text: text.slice(0, text.length / 2) })
      throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
    }
    this.#files.set(path, { text })
  }

  async rename(from: string, to: string): Promise<void> {
    this.#fail()
    const file = this.#files.get(from)
    if (!file) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' })
    this.#files.delete(from)
    this.#files.set(to, file)
  }

  async remove(path: string): Promise<void> {
    this.#fail()
    this.#files.delete(path)
  }

  async syncFolder(folder: string): Promise<void> {
    this.#fail()
    for (const path of this.#lasting.keys())
      if (dirname(path) === folder) this.#lasting.delete(path)
    for (const [path, file] of this.#files)
      if (dirname(path) === folder) this.#lasting.set(path, file)
  }

  async stamp(path: string): Promise<string | undefined> {
    const file = this.#files.get(path)
    if (file === undefined) return undefined
    const known = this.#stamps.get(file) ?? (this.#stampsGiven += 1)
    this.#stamps.set(file, known)
    return String(known)
  }

  async size(path: string): Promise<number> {
    const inside = [...this.#files].filter(([name]) => name === path || name.startsWith(`${path}/`))
    return inside.reduce((sum, [, { text }]) => sum + text.length, 0)
  }

  watch(): () => void {
    return () => undefined
  }

  #fail(): void {
    if (this.#isFailing()) throw Object.assign(new Error('EIO: the disk broke'), { code: 'EIO' })
  }

  #isFailing(): boolean {
    this.#operations += 1
    return this.#operations >= this.failsAt
  }
}
