/** How rows and cells are told apart. */
export interface CsvShape {
  readonly delimiter: ',' | ';' | '\t' | '|'
  /** Around cells with special characters; `none` takes every character as it is. */
  readonly quote: 'double' | 'single' | 'none'
}

export type CellType = 'auto' | 'text' | 'number' | 'integer' | 'boolean'

export interface CsvColumn {
  readonly name: string
  readonly type: CellType
}

export interface CsvSettings extends CsvShape {
  /** Whether the first row names the columns. */
  readonly hasHeader: boolean
  /** Which columns there are and of which type; empty where the header or the values tell. */
  readonly columns: readonly CsvColumn[]
  /** Of cells of columns that are not listed. */
  readonly types: 'auto' | 'text'
  readonly decimal: '.' | ','
}

export function quoteOf({ quote }: CsvShape): string {
  if (quote === 'none') return ''
  return quote === 'double' ? '"' : "'"
}
