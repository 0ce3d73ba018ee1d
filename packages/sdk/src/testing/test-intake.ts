import type { Intake, SourceContext } from '../context.ts'

type Replay = Parameters<Intake['onReplay']>[0]

/** An ingest log in memory. Given the records of another one it is as after a crash. */
export interface TestIntake {
  /** All that was taken in. */
  readonly records: Uint8Array[]
  /** All that was taken in so far is on disk, or was kept from there by the error. */
  sync(error?: unknown): void
  /** Gives the source the records from this index on again. */
  replay(from: number): void
  /** What the source is handed. */
  intakeOf(deliver: SourceContext['deliver']): Intake
}

export function testIntake(before: readonly Uint8Array[] = []): TestIntake {
  const records = [...before]
  const waiting: ((error?: unknown) => void)[] = []
  let replay: Replay | undefined
  return {
    records,
    sync: (error) => {
      for (const safe of waiting.splice(0)) safe(error)
    },
    replay: (from) => {
      for (const record of records.slice(from)) replay?.(record, 0)
    },
    intakeOf: (deliver) => ({
      isDurable: true,
      take: (record, run, safe) => {
        records.push(Uint8Array.from(record))
        waiting.push(safe)
        deliver(run, () => undefined)
      },
      onReplay: (run) => {
        replay = (record, takenAt) =>
          deliver(
            () => run(record, takenAt),
            () => undefined,
          )
      },
      recall: (limit, see) => records.slice(-limit).forEach(see),
    }),
  }
}
