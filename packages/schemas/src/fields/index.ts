export {
  readingFields,
  registryField,
  registryReadChoice,
  registryWriteChoice,
  writingFields,
} from './schema-fields.ts'
