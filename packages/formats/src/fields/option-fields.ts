import type { FieldCondition, Fields } from '@millrace/sdk/descriptor'
import { formatNames } from './format-choices.ts'
import type { FormatName } from './format-choices.ts'

const charsets = [
  { value: 'utf-8', label: 'UTF-8' },
  { value: 'utf-16le', label: 'UTF-16, little-endian' },
  { value: 'utf-16be', label: 'UTF-16, big-endian' },
  { value: 'iso-8859-1', label: 'ISO 8859-1 (Latin 1)' },
  { value: 'iso-8859-15', label: 'ISO 8859-15 (Latin 9)' },
  { value: 'windows-1250', label: 'Windows 1250 (Central European)' },
  { value: 'windows-1251', label: 'Windows 1251 (Cyrillic)' },
  { value: 'windows-1252', label: 'Windows 1252 (Western)' },
  { value: 'shift_jis', label: 'Shift JIS' },
  { value: 'gb18030', label: 'GB 18030' },
  { value: 'euc-kr', label: 'EUC-KR' },
  { value: 'big5', label: 'Big5' },
] as const

type When = (...formats: readonly FormatName[]) => FieldCondition

/** The options that both directions have. */
export function sharedFields(when: When) {
  return { ...lineFields(when), ...schemaFields(when) } as const satisfies Fields
}

/** Those of formats that are read line by line. */
export function lineFields(when: When) {
  return {
    charset: {
      kind: 'choice',
      label: 'Character encoding',
      advanced: true,
      default: 'utf-8',
      when: when('text', 'csv'),
      options: charsets,
    },
    ...csvFields(when),
    linePrecision: {
      kind: 'choice',
      label: 'Timestamps in',
      default: 'ns',
      when: when('line'),
      options: [
        { value: 's', label: 'Seconds' },
        { value: 'ms', label: 'Milliseconds' },
        { value: 'us', label: 'Microseconds' },
        { value: 'ns', label: 'Nanoseconds' },
      ],
    },
  } as const satisfies Fields
}

/** The schemas of formats that have one, and the places of binary fields. */
function schemaFields(when: When) {
  return {
    avroSchema: {
      kind: 'code',
      language: 'json',
      label: 'Avro schema',
      required: true,
      when: when('avro'),
    },
    protobufSchema: {
      kind: 'code',
      language: 'text',
      label: 'Protobuf schema',
      required: true,
      when: when('protobuf'),
    },
    protobufMessage: {
      kind: 'text',
      label: 'Message',
      placeholder: 'plant.Reading',
      maxLength: 500,
      when: when('protobuf'),
      help: 'Its name in the schema; may be empty where there is only one.',
    },
    binaryFields: {
      kind: 'list',
      label: 'Fields',
      itemLabel: 'field',
      min: 1,
      max: 1000,
      default: [],
      when: when('fields'),
      item: binaryField,
    },
    recordBytes: {
      kind: 'integer',
      label: 'Record size',
      advanced: true,
      default: 0,
      min: 0,
      max: 1_048_576,
      when: when('fields'),
      help: 'Where a payload holds several records one after the other. 0: it is one record.',
    },
  } as const satisfies Fields
}

const numeric = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint24',
  'int24',
  'uint32',
  'int32',
  'uint64',
  'int64',
  'float32',
  'float64',
] as const

const binaryField = {
  name: { kind: 'text', label: 'Name', required: true, maxLength: 500 },
  offset: {
    kind: 'integer',
    label: 'Offset',
    default: 0,
    min: 0,
    max: 1_048_575,
    help: 'Counted from 0.',
  },
  type: {
    kind: 'choice',
    label: 'Type',
    default: 'uint8',
    options: [
      ...numeric.map((value) => ({ value, label: value })),
      { value: 'bit', label: 'bit' },
      { value: 'text', label: 'text' },
      { value: 'bytes', label: 'bytes' },
    ],
  },
  endian: {
    kind: 'choice',
    label: 'Byte order',
    default: 'big',
    when: { field: 'type', is: numeric.slice(2) },
    options: [
      { value: 'big', label: 'Big-endian', face: 'BE' },
      { value: 'little', label: 'Little-endian', face: 'LE' },
    ],
  },
  length: {
    kind: 'integer',
    label: 'Bytes',
    default: 1,
    min: 1,
    max: 1_048_576,
    when: { field: 'type', is: ['text', 'bytes'] },
  },
  bit: {
    kind: 'integer',
    label: 'Bit',
    default: 0,
    min: 0,
    max: 7,
    when: { field: 'type', is: ['bit'] },
    help: '0 is the lowest.',
  },
  scale: {
    kind: 'number',
    label: 'Multiply by',
    default: 1,
    when: { field: 'type', is: numeric },
  },
  add: { kind: 'number', label: 'Add', default: 0, when: { field: 'type', is: numeric } },
} as const satisfies Fields

/** How rows and cells are told apart. */
function csvFields(when: When) {
  return {
    csvHeader: {
      kind: 'boolean',
      label: 'First row names the columns',
      default: true,
      when: when('csv'),
    },
    csvDelimiter: {
      kind: 'choice',
      label: 'Separator',
      default: ',',
      when: when('csv'),
      options: [
        { value: ',', label: 'Comma' },
        { value: ';', label: 'Semicolon' },
        { value: '\t', label: 'Tab' },
        { value: '|', label: 'Bar' },
      ],
    },
    csvQuote: {
      kind: 'choice',
      label: 'Quotes',
      advanced: true,
      default: 'double',
      when: when('csv'),
      options: [
        { value: 'double', label: 'Double' },
        { value: 'single', label: 'Single' },
        { value: 'none', label: 'None', help: 'Every character is taken as it is.' },
      ],
    },
    csvDecimal: {
      kind: 'choice',
      label: 'Decimal point',
      advanced: true,
      default: '.',
      when: when('csv'),
      options: [
        { value: '.', label: 'Point' },
        { value: ',', label: 'Comma' },
      ],
    },
  } as const satisfies Fields
}

/** The options that only reading has. */
export function readingFields(when: When) {
  return { ...cellFields(when), ...xmlFields(when) } as const satisfies Fields
}

/** What the cells of CSV are. */
export function cellFields(when: When) {
  return {
    csvTypes: {
      kind: 'choice',
      label: 'Cell types',
      default: 'auto',
      when: when('csv'),
      options: [
        {
          value: 'auto',
          label: 'Detected',
          help: 'Numbers, true and false, else text.',
        },
        { value: 'text', label: 'Text' },
      ],
    },
    csvColumns: {
      kind: 'list',
      label: 'Columns',
      itemLabel: 'column',
      default: [],
      max: 1000,
      advanced: true,
      when: when('csv'),
      help: 'Types of columns; without a first row that names them also their names, in order.',
      item: {
        name: { kind: 'text', label: 'Name', required: true, maxLength: 500 },
        type: {
          kind: 'choice',
          label: 'Type',
          default: 'auto',
          options: [
            { value: 'auto', label: 'Detected' },
            { value: 'text', label: 'Text' },
            { value: 'number', label: 'Number' },
            { value: 'integer', label: 'Whole number' },
            { value: 'boolean', label: 'Yes or no' },
          ],
        },
      },
    },
  } as const satisfies Fields
}

function xmlFields(when: When) {
  return {
    xmlTypes: {
      kind: 'choice',
      label: 'Text types',
      default: 'auto',
      when: when('xml'),
      options: [
        {
          value: 'auto',
          label: 'Detected',
          help: 'Numbers, true and false, else text.',
        },
        { value: 'text', label: 'Text' },
      ],
    },
  } as const satisfies Fields
}

/** The options that only writing has. */
export function writingFields(when: When) {
  return {
    csvColumns: {
      kind: 'list',
      label: 'Columns',
      itemLabel: 'column',
      default: [],
      max: 1000,
      when: when('csv'),
      help: 'Properties of the value, in order; all that it has when empty.',
      item: { name: { kind: 'text', label: 'Name', required: true, maxLength: 500 } },
    },
    xmlRoot: {
      kind: 'text',
      label: 'Root element',
      default: 'message',
      required: true,
      maxLength: 200,
      pattern: '[A-Za-z_][A-Za-z0-9_.-]*',
      patternHint: 'Letters and digits, such as message.',
      when: when('xml'),
      help: 'Around a value that is not an object with one property.',
    },
  } as const satisfies Fields
}

/** The choice of a compression, for nodes whose protocol does not have its own. */
export function packingFields(when: When) {
  return {
    compression: {
      kind: 'choice',
      label: 'Compression',
      advanced: true,
      default: 'none',
      when: when(...formatNames),
      options: [
        { value: 'none', label: 'None' },
        { value: 'gzip', label: 'gzip' },
        { value: 'zlib', label: 'zlib' },
      ],
    },
  } as const satisfies Fields
}

export function unpackingFields(compressed: FieldCondition) {
  return {
    unpackedBytesMax: {
      kind: 'integer',
      label: 'Maximum unpacked size',
      advanced: true,
      default: 10_485_760,
      min: 1,
      max: 104_857_600,
      unit: 'bytes',
      when: compressed,
    },
  } as const satisfies Fields
}
