import type { Field, Fields } from '@millrace/sdk/descriptor'

/** Fields under names of their own, where a node has the same ones twice. */
export type Prefixed<Options, Prefix extends string> = {
  readonly [
    Name in keyof Options & string as Prefix extends '' ? Name : `${Prefix}${Capitalize<Name>}`
  ]: Options[Name]
}

export function prefixedFields<Options extends Fields, Prefix extends string>(
  options: Options,
  prefix: Prefix,
): Prefixed<Options, Prefix> {
  const entries = Object.entries(options).map(([name, field]): [string, Field] => [
    prefixed(name, prefix),
    field,
  ])
  // The type says of names what the line above does to them.
  return Object.fromEntries(entries) as Prefixed<Options, Prefix>
}

export function prefixed(name: string, prefix: string): string {
  return prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`
}
