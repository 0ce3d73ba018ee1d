import { join } from 'node:path'
import type { AtomicFiles } from './atomic-files.ts'

/**
 * What running flows keep for themselves: state by key in `state/<flow>.sqlite`, what their sources
 * have taken in under `intake/<flow>/`, files that they write under `files/`, and their values over
 * time in `store/<flow>.sqlite`. The engine process writes there; the server only takes away.
 */
export class DurableFiles {
  readonly state: string
  readonly intake: string
  readonly files: string
  readonly store: string
  readonly #files: AtomicFiles

  constructor(files: AtomicFiles, userDirectory: string) {
    this.#files = files
    this.state = join(userDirectory, 'state')
    this.intake = join(userDirectory, 'intake')
    this.files = join(userDirectory, 'files')
    this.store = join(userDirectory, 'store')
  }

  /** Removes the dead letters of a flow that is gone. */
  async removeLetters(flow: string): Promise<void> {
    const own = new Set(suffixes.map((suffix) => `${flow}.letters${suffix}`))
    const names = (await this.#files.list(this.state)).filter((name) => own.has(name))
    await Promise.all(names.map((name) => this.#files.remove(join(this.state, name))))
  }

  /** How much there is of a flow that does not run; undefined where there is nothing. */
  async sizes(
    flow: string,
  ): Promise<{ readonly stateBytes: number; readonly intakeBytes: number } | undefined> {
    const [intakeBytes, ...parts] = await Promise.all([
      this.#files.size(join(this.intake, flow)),
      ...suffixes.map((suffix) => this.#files.size(join(this.state, `${flow}${suffix}`))),
    ])
    const stateBytes = parts.reduce((sum, bytes) => sum + bytes, 0)
    return stateBytes + intakeBytes > 0 ? { stateBytes, intakeBytes } : undefined
  }

  /** Removes the state and the intake of a flow that does not run. */
  async remove(flow: string): Promise<void> {
    const names = await this.#files.list(this.state)
    const own = names.filter((name) => suffixes.some((suffix) => name === `${flow}${suffix}`))
    await Promise.all(own.map((name) => this.#files.remove(join(this.state, name))))
    const intakes = await this.#files.list(this.intake)
    if (intakes.includes(flow)) await this.#files.remove(join(this.intake, flow))
  }
}

/** The database, its write-ahead log and the index of that. */
const suffixes = ['.sqlite', '.sqlite-wal', '.sqlite-shm']
