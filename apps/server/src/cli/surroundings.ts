import type { Clock } from '@millrace/sdk'

/** What a command is handed by the process. */
export interface Surroundings {
  readonly clock: Clock
  readonly version: string
  /** The server's package.json, as a URL: its dependencies are where node packages are found. */
  readonly manifest: string
  readonly editorFolder: string
  /** Whether this process runs in a container. */
  readonly isContainer: () => boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  print(text: string): void
  /** For what is not the result: warnings, progress. */
  note(text: string): void
  /** Settles when somebody wants the process to end. */
  readonly interrupted: Promise<void>
}
