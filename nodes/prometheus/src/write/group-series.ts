import type { SeriesToWrite } from '../remote/encode-write-request.ts'
import type { SampleToWrite } from './sample-reader.ts'

/**
 * Puts the samples of each series together, in the order of their times: receivers refuse a sample
 * that is older than the one before it.
 */
export function groupSeries(samples: readonly SampleToWrite[]): readonly SeriesToWrite[] {
  const groups = new Map<string, SampleToWrite[]>()
  for (const sample of samples) {
    const group = groups.get(sample.series)
    if (group === undefined) groups.set(sample.series, [sample])
    else group.push(sample)
  }
  return [...groups.values()].map((group) => {
    const [first] = group
    return {
      name: first?.name ?? '',
      labels: first?.labels ?? {},
      samples: group.toSorted((one, other) => one.timeMs - other.timeMs),
    }
  })
}
