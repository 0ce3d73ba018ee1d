export { formatChoices, formatNames, recordChoices } from './format-choices.ts'
export type { FormatChoice, FormatName, RecordFormat } from './format-choices.ts'
export {
  compressionFields,
  decodeFields,
  encodeFields,
  packFields,
  recordFields,
} from './format-fields.ts'
export { pointFields } from './point-fields.ts'
