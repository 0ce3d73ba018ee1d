import type { DeadLetter, DeadLetters } from '@millrace/engine'
import { DeadLetterFile } from './dead-letter-file.ts'

export interface FlowLettersOptions {
  readonly path: string
  /** At the end of the present turn. */
  readonly soon: (run: () => void) => void
  onProblem(problem: string): void
}

interface Waiting {
  readonly letter: DeadLetter
  readonly stored: (error?: unknown) => void
}

/** Takes the dead letters of a running flow: those of one turn are stored together. */
export class FlowLetters implements DeadLetters {
  private readonly options: FlowLettersOptions
  private file: DeadLetterFile | undefined
  private waiting: Waiting[] = []

  constructor(options: FlowLettersOptions) {
    this.options = options
  }

  put(letter: DeadLetter, stored: (error?: unknown) => void): void {
    this.waiting.push({ letter, stored })
    if (this.waiting.length === 1) this.options.soon(() => this.store())
  }

  remove(number: number): void {
    try {
      this.open().remove([number])
    } catch (error) {
      this.options.onProblem(`A dead letter could not be removed: ${String(error)}`)
    }
  }

  close(): void {
    if (this.waiting.length > 0) this.store()
    this.file?.close()
    this.file = undefined
  }

  private store(): void {
    const { waiting } = this
    this.waiting = []
    let trouble: unknown
    try {
      const gone = this.open().add(waiting.map(({ letter }) => letter))
      if (gone > 0) this.options.onProblem(`${gone} old dead letters had to go for new ones.`)
    } catch (error) {
      trouble = error
      this.options.onProblem(`Dead letters cannot be stored: ${String(error)}`)
    }
    for (const { stored } of waiting) stored(trouble)
  }

  /** Most flows never have one. */
  private open(): DeadLetterFile {
    this.file ??= new DeadLetterFile(this.options.path)
    return this.file
  }
}
