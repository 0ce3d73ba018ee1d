import { join } from 'node:path'
import { isRecord } from '@millrace/flow'
import type { AtomicFiles } from './atomic-files.ts'
import { readJsonFile } from './json-file.ts'

/** `deployed.json`: which version of which flow should run, also after a restart. */
export class DeployedFile {
  readonly #files: AtomicFiles
  readonly #path: string
  readonly #versions = new Map<string, number>()

  constructor(files: AtomicFiles, userDirectory: string) {
    this.#files = files
    this.#path = join(userDirectory, 'deployed.json')
  }

  async open(): Promise<void> {
    const value = await readJsonFile(this.#files, this.#path)
    const flows = isRecord(value) && isRecord(value['flows']) ? value['flows'] : {}
    for (const [flow, number] of Object.entries(flows)) {
      if (typeof number === 'number') this.#versions.set(flow, number)
    }
  }

  entries(): readonly (readonly [string, number])[] {
    return [...this.#versions]
  }

  get(flow: string): number | undefined {
    return this.#versions.get(flow)
  }

  async set(flow: string, number: number): Promise<void> {
    if (this.#versions.get(flow) === number) return
    this.#versions.set(flow, number)
    await this.#write()
  }

  async delete(flow: string): Promise<void> {
    if (this.#versions.delete(flow)) await this.#write()
  }

  #write(): Promise<void> {
    const sorted = [...this.#versions].toSorted(([one], [other]) => (one < other ? -1 : 1))
    return this.#files.write(
      this.#path,
      `${JSON.stringify({ flows: Object.fromEntries(sorted) }, null, 2)}\n`,
    )
  }
}
