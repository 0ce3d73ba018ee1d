import { join } from 'node:path'
import type { AtomicFiles } from '../storage/atomic-files.ts'
import { readJsonFile } from '../storage/json-file.ts'
import type { AlertBook } from './alert-book.ts'

const writeAfterMs = 1_000

/** Keeps the alerts in `alerts.json`, written a second after they changed. */
export class AlertFile {
  readonly #files: AtomicFiles
  readonly #path: string
  readonly #book: AlertBook
  readonly #onError: (error: unknown) => void
  #timer: NodeJS.Timeout | null = null

  constructor(
    files: AtomicFiles,
    userDirectory: string,
    options: { readonly book: AlertBook; readonly onError: (error: unknown) => void },
  ) {
    this.#files = files
    this.#path = join(userDirectory, 'alerts.json')
    this.#book = options.book
    this.#onError = options.onError
  }

  /** Alerts that cannot be read are no reason not to start. */
  async open(): Promise<void> {
    this.#book.load(await readJsonFile(this.#files, this.#path).catch(this.#onError))
    this.#book.onChange(() => {
      this.#timer ??= setTimeout(() => void this.#write(), writeAfterMs)
    })
  }

  async close(): Promise<void> {
    if (this.#timer === null) return
    clearTimeout(this.#timer)
    await this.#write()
  }

  async #write(): Promise<void> {
    this.#timer = null
    await this.#files
      .write(this.#path, `${JSON.stringify(this.#book.toJson())}\n`)
      .catch(this.#onError)
  }
}
