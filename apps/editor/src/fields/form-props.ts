import type { Fields } from '@millrace/sdk/descriptor'

export interface FormProps {
  readonly fields: Fields
  readonly config: Readonly<Record<string, unknown>>
  /** `undefined` puts the field back to its default. */
  readonly onChange: (field: string, value: unknown) => void
  /** Path of the form inside the whole configuration, such as `rules[2].`. */
  readonly prefix?: string
}
