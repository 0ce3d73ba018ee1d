import { join } from 'node:path'
import { canonicalConnectionText, idForm, parseConnectionText } from '@millrace/flow'
import type { ConnectionDocument } from '@millrace/flow'
import type { AtomicFiles } from './atomic-files.ts'

export interface ConnectionProblem {
  readonly id: string
  readonly message: string
}

const suffix = '.json'

/** `connections/<id>.json`, one connection a file. */
export class ConnectionFiles {
  readonly #files: AtomicFiles
  readonly #folder: string
  #documents: ReadonlyMap<string, ConnectionDocument> = new Map()

  constructor(files: AtomicFiles, userDirectory: string) {
    this.#files = files
    this.#folder = join(userDirectory, 'connections')
  }

  /** Reads them all; what cannot be read is left where it is and told. */
  async open(): Promise<readonly ConnectionProblem[]> {
    await this.#files.openFolder(this.#folder)
    const ids = (await this.#files.list(this.#folder))
      .filter((file) => file.endsWith(suffix))
      .map((file) => file.slice(0, -suffix.length))
      .filter((id) => idForm.pattern.test(id))
    const read = await Promise.all(ids.toSorted().map((id) => this.#read(id)))
    const good = read.filter((document) => 'type' in document)
    this.#documents = new Map(good.map((document) => [document.id, document]))
    return read.filter((document) => 'message' in document)
  }

  /** A new map whenever something changed, the same one otherwise. */
  all(): ReadonlyMap<string, ConnectionDocument> {
    return this.#documents
  }

  async put(document: ConnectionDocument): Promise<void> {
    await this.#files.write(this.#path(document.id), canonicalConnectionText(document))
    this.#documents = new Map([...this.#documents, [document.id, document]])
  }

  async remove(id: string): Promise<void> {
    await this.#files.remove(this.#path(id))
    this.#documents = new Map([...this.#documents].filter(([key]) => key !== id))
  }

  async #read(id: string): Promise<ConnectionDocument | ConnectionProblem> {
    try {
      const { connection, problems } = parseConnectionText(await this.#files.read(this.#path(id)))
      if (connection?.id === id) return connection
      return { id, message: problems?.[0]?.message ?? `The file holds "${connection?.id}"` }
    } catch (error) {
      return { id, message: error instanceof Error ? error.message : String(error) }
    }
  }

  #path(id: string): string {
    return join(this.#folder, `${id}${suffix}`)
  }
}
