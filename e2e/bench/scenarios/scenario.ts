import type { Figure } from '../table.ts'

/** A comparison: runs both systems by turns, `runs` times each, and gives its figures. */
export interface Scenario {
  readonly name: string
  readonly about: string
  measure(options: { readonly runs: number; say(text: string): void }): Promise<readonly Figure[]>
}

/** Collects the same measures of both systems over several runs. */
export function figuresOf(
  scenario: string,
  measures: readonly Pick<Figure, 'measure' | 'unit' | 'isCost' | 'goal'>[],
  results: { readonly millrace: readonly Measured[]; readonly peer: readonly Measured[] },
): readonly Figure[] {
  return measures.map((measure) => ({
    scenario,
    ...measure,
    millrace: valuesOf(results.millrace, measure.measure),
    peer: valuesOf(results.peer, measure.measure),
  }))
}

/** Values of one run, by measure. */
export type Measured = Readonly<Record<string, number>>

function valuesOf(runs: readonly Measured[], measure: string): readonly number[] {
  return runs.map((run) => run[measure]).filter((value) => value !== undefined)
}

/** Runs ours and theirs by turns, so that a change of the machine's mood hits both. */
export async function byTurns(
  runs: number,
  ours: () => Promise<Measured>,
  theirs: () => Promise<Measured>,
): Promise<{ readonly millrace: readonly Measured[]; readonly peer: readonly Measured[] }> {
  const millrace: Measured[] = []
  const peer: Measured[] = []
  for (let run = 0; run < runs; run += 1) {
    millrace.push(await ours())
    peer.push(await theirs())
  }
  return { millrace, peer }
}
