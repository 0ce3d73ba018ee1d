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

  constructor(files: AtomicFiles, userDirectory: string) {
    this.#files = files
    this.#folder = join(userDirectory, 'flows')
  }

  open(): Promise<void> {
    return this.#files.openFolder(this.#folder)
  }

  async readAll(): Promise<readonly ReadFlow[]> {
    const names = (await this.#files.list(this.#folder))
      .filter((file) => file.endsWith(suffix))
      .map((file) => file.slice(0, -suffix.length))
      .filter((name) => flowNameForm.pattern.test(name))
    return Promise.all(names.toSorted().map((name) => this.#read(name)))
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    return this.#files.write(this.#path(name), bytes)
  }

  remove(name: string): Promise<void> {
    return this.#files.remove(this.#path(name))
  }

  async #read(name: string): Promise<ReadFlow> {
    try {
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

function wrongName(name: string, found: string): Problem {
  const message = `The file ${name}.json holds a flow called "${found}"; rename one of the two`
  return { severity: 'error', code: 'FLOW_FILE_NAME', message, path: 'name' }
}

function unreadable(error: unknown): Problem {
  const message = `The file cannot be read: ${error instanceof Error ? error.message : String(error)}`
  return { severity: 'error', code: 'FLOW_FILE_UNREADABLE', message }
}
