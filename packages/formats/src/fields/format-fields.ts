import type { Field, FieldCondition, Fields } from '@millrace/sdk/descriptor'
import {
  cellFields,
  lineFields,
  packingFields,
  readingFields,
  sharedFields,
  unpackingFields,
  writingFields,
} from './option-fields.ts'
import { formatNames } from './format-choices.ts'
import type { FormatName } from './format-choices.ts'

type Shared = ReturnType<typeof sharedFields>
type RecordOptions = ReturnType<typeof lineFields> & ReturnType<typeof cellFields>
type Packing = ReturnType<typeof packingFields>
type Unpacking = ReturnType<typeof unpackingFields>
type DecodeOptions = Shared & ReturnType<typeof readingFields>
type EncodeOptions = Shared & ReturnType<typeof writingFields>

/** Options under names of their own, where a node has more than one choice of a format. */
type Prefixed<Options, Prefix extends string> = {
  readonly [
    Name in keyof Options & string as Prefix extends '' ? Name : `${Prefix}${Capitalize<Name>}`
  ]: Options[Name]
}

/** The name of the field that chooses, and what must hold beside for it to be there. */
export type Choice = string | { readonly field: string; readonly and: FieldCondition }

/**
 * The fields that belong to a choice of a format in the same node, each shown only where it counts.
 * `choice` is the name of the field made with `formatChoices`; it must offer all formats.
 */
export function decodeFields<const Prefix extends string = ''>(
  choice: Choice,
  prefix?: Prefix,
): Prefixed<DecodeOptions, Prefix> {
  const when = condition(choice)
  return named({ ...sharedFields(when), ...readingFields(when) }, prefix)
}

/** The same for writing. */
export function encodeFields<const Prefix extends string = ''>(
  choice: Choice,
  prefix?: Prefix,
): Prefixed<EncodeOptions, Prefix> {
  const when = condition(choice)
  return named({ ...sharedFields(when), ...writingFields(when) }, prefix)
}

/** The fields that belong to a choice among `recordChoices`. */
export function recordFields(choice: Choice): RecordOptions {
  const when = condition(choice)
  return { ...lineFields(when), ...cellFields(when) }
}

/** The choice of a compression around what is read, and how much may come of it. */
export function compressionFields<const Prefix extends string = ''>(
  choice: Choice,
  prefix?: Prefix,
): Prefixed<Packing & Unpacking, Prefix> {
  const when = condition(choice)
  const compressed = {
    field: prefixed('compression', prefix),
    is: ['gzip', 'zlib'],
    and: when(...formatNames),
  }
  return named({ ...packingFields(when), ...unpackingFields(compressed) }, prefix)
}

/** The choice of a compression around what is written. */
export function packFields<const Prefix extends string = ''>(
  choice: Choice,
  prefix?: Prefix,
): Prefixed<Packing, Prefix> {
  return named(packingFields(condition(choice)), prefix)
}

function condition(choice: Choice) {
  const own = typeof choice === 'string' ? { field: choice } : choice
  return (...is: readonly FormatName[]): FieldCondition => ({ ...own, is })
}

function named<Options extends Fields, Prefix extends string>(
  options: Options,
  prefix: Prefix | undefined,
): Prefixed<Options, Prefix> {
  const entries = Object.entries(options).map(([name, field]): [string, Field] => [
    prefixed(name, prefix),
    field,
  ])
  // The type says of names what the line above does to them.
  return Object.fromEntries(entries) as Prefixed<Options, Prefix>
}

export function prefixed(name: string, prefix = ''): string {
  return prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`
}
