import { join } from 'node:path'
import { flowNameForm, parseFlowText } from '@millrace/flow'
import type { Flow, Problem } from '@millrace/flow'
import type { AtomicFiles } from './atomic-files.ts'

/** What a flow file holds, or what is wrong with it. */
export type ReadFlow =
  | { readonly name: string; readonly flow: Flow; readonly text: string }
  | { readonly name: string; readonly problems: readonly Problem[] }

const suffix = '.json'

/** `flows/<name>.json`, one flow a file. */
export class FlowFiles {
  readonly #files: AtomicFiles
  readonly #folder: string
  /** Of the files as they were last read or written here. */
  readonly #stamps = new Map<string, string | undefined>()

  constructor(files: AtomicFiles, userDirectory: string) {
    this.#files = files
    this.#folder = join(userDirectory, 'flows')
  }

  open(): Promise<void> {
    return this.#files.openFolder(this.#folder)
  }

  async readAll(): Promise<readonly ReadFlow[]> {
    const names = (await this.#files.list(this.#folder)).flatMap(nameOf)
    return Promise.all(names.toSorted().map((name) => this.read(name)))
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await this.#files.write(this.#path(name), bytes)
    this.#stamps.set(name, await this.#files.stamp(this.#path(name)))
  }

  async remove(name: string): Promise<void> {
    await this.#files.remove(this.#path(name))
    this.#stamps.delete(name)
  }

  /** Whether somebody else wrote the file since it was read or written here. */
  async hasChanged(name: string): Promise<boolean> {
    const stamp = await this.#files.stamp(this.#path(name))
    return stamp !== undefined && stamp !== this.#stamps.get(name)
  }

  /** Calls back with the names of flows whose files may have changed. */
  watch(onChange: (name: string) => void): () => void {
    return this.#files.watch(this.#folder, (file) => nameOf(file).forEach(onChange))
  }

  async read(name: string): Promise<ReadFlow> {
    try {
      // Before it is read: what is written meanwhile is then found to be another.
      this.#stamps.set(name, await this.#files.stamp(this.#path(name)))
      const text = await this.#files.read(this.#path(name))
      const { flow, problems } = parseFlowText(text)
      if (flow?.name === name) return { name, flow, text }
      return { name, problems: problems ?? [wrongName(name, flow?.name ?? '')] }
    } catch (error) {
      return { name, problems: [unreadable(error)] }
    }
  }

  #path(name: string): string {
    return join(this.#folder, `${name}${suffix}`)
  }
}

function nameOf(file: string): readonly string[] {
  const name = file.slice(0, -suffix.length)
  return file.endsWith(suffix) && flowNameForm.pattern.test(name) ? [name] : []
}

function wrongName(name: string, found: string): Problem {
  const message = `The file ${name}.json holds a flow called "${found}"; rename one of the two`
  return { severity: 'error', code: 'FLOW_FILE_NAME', message, path: 'name' }
}

function unreadable(error: unknown): Problem {
  const message = `The file cannot be read: ${error instanceof Error ? error.message : String(error)}`
  return { severity: 'error', code: 'FLOW_FILE_UNREADABLE', message }
}
