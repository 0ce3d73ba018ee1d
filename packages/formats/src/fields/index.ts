export { formatChoices, formatNames } from './format-choices.ts'
export type { FormatChoice, FormatName } from './format-choices.ts'
export { compressionFields, decodeFields, encodeFields, packFields } from './format-fields.ts'
