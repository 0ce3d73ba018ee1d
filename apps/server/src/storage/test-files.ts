import { join } from 'node:path'
import { canonicalFlowTestsText, parseFlowTestsText } from '@millrace/flow'
import type { FlowTests, ParsedFlowTests } from '@millrace/flow'
import type { AtomicFiles } from './atomic-files.ts'
import { isAbsent } from './storage-error.ts'

/** `flows/<name>.tests.json`: the tests of a flow, beside it. */
export class TestFiles {
  readonly #files: AtomicFiles
  readonly #folder: string

  constructor(files: AtomicFiles, userDirectory: string) {
    this.#files = files
    this.#folder = join(userDirectory, 'flows')
  }

  /** No cases where there is no file. */
  async read(flow: string): Promise<ParsedFlowTests> {
    try {
      return parseFlowTestsText(await this.#files.read(this.#path(flow)))
    } catch (error) {
      if (isAbsent(error)) return { tests: { millrace: 1, flow, cases: [] } }
      throw error
    }
  }

  /** The tests of these flows, of those that have some; files that cannot be read are left out. */
  async readSome(flows: readonly string[]): Promise<readonly FlowTests[]> {
    const found = await Promise.all(flows.map((flow) => this.read(flow)))
    return found.flatMap(({ tests }) => (tests && tests.cases.length > 0 ? [tests] : []))
  }

  /** Without cases there is no file. */
  async write(tests: FlowTests): Promise<void> {
    if (tests.cases.length === 0) await this.remove(tests.flow)
    else await this.#files.write(this.#path(tests.flow), canonicalFlowTestsText(tests))
  }

  async remove(flow: string): Promise<void> {
    try {
      await this.#files.remove(this.#path(flow))
    } catch (error) {
      if (!isAbsent(error)) throw error
    }
  }

  #path(flow: string): string {
    return join(this.#folder, `${flow}.tests.json`)
  }
}
