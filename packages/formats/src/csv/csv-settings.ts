import type { CsvSettings } from './csv-shape.ts'

const usual: CsvSettings = {
  delimiter: ',',
  quote: 'double',
  hasHeader: true,
  columns: [],
  types: 'auto',
  decimal: '.',
}

/** What is left out is as usual. */
export function csvSettings(given: Partial<CsvSettings> = {}): CsvSettings {
  return { ...usual, ...given }
}
