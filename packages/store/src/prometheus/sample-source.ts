import type { Budget } from '../file/samples.ts'
import type { StoreFolder } from '../file/store-folder.ts'
import type { StoredSeries, StoreReaderFile, TimeRange } from '../file/store-reader-file.ts'
import type { Labels } from './labels.ts'
import { labelsMatcher } from './match.ts'
import { metricLabels } from './metric-labels.ts'
import { QueryError } from './query-error.ts'
import type { SampledSeries } from './series-value.ts'
import type { Matcher } from './syntax.ts'

interface NamedSeries {
  readonly labels: Labels
  readonly file: StoreReaderFile
  readonly stored: StoredSeries
}

const seriesMax = 20_000

/** All stored series under the names that Prometheus's API has for them. */
export class SampleSource {
  readonly #folder: StoreFolder
  #named: NamedSeries[] = []
  /** How many series of each file are named already. */
  readonly #counts = new Map<string, number>()
  #generation = 0

  constructor(folder: StoreFolder) {
    this.#folder = folder
  }

  /** Series that match, with what they hold in a stretch of time. */
  read(
    matchers: readonly Matcher[],
    range: TimeRange,
    limits: { readonly resolutionMs: number; readonly budget: Budget },
  ): readonly SampledSeries[] {
    const found = this.#select(matchers)
    if (found.length > seriesMax) {
      throw new QueryError(`the query touches more than ${seriesMax} series`, 'execution')
    }
    return found.flatMap(({ labels, file, stored }) => {
      const samples = file.read(stored, range, limits)
      return samples.count === 0 ? [] : [{ labels, samples }]
    })
  }

  /** Labels of the series that match any of the selectors and have something in a stretch of time. */
  labels(selectors: readonly (readonly Matcher[])[], range: TimeRange): readonly Labels[] {
    const found = new Set(
      selectors.length === 0 ? this.#all() : selectors.flatMap((one) => this.#select(one)),
    )
    const isWhole = range.from === -Infinity && range.to === Infinity
    return [...found]
      .filter(({ file, stored }) => isWhole || file.has(stored, range))
      .map(({ labels }) => labels)
  }

  #select(matchers: readonly Matcher[]): NamedSeries[] {
    const matches = labelsMatcher(matchers)
    return this.#all().filter(({ labels }) => matches(labels))
  }

  #all(): readonly NamedSeries[] {
    const files = this.#folder.files()
    const isSame = this.#generation === this.#folder.generation
    if (!isSame || [...this.#counts.keys()].some((name) => !files.some(([one]) => one === name))) {
      this.#generation = this.#folder.generation
      this.#named = []
      this.#counts.clear()
    }
    for (const [flow, file] of files) {
      for (const stored of file.series.slice(this.#counts.get(flow) ?? 0)) {
        if (stored.type === 'text') continue
        this.#named.push({ labels: metricLabels(flow, stored), file, stored })
      }
      this.#counts.set(flow, file.series.length)
    }
    return this.#named
  }
}
