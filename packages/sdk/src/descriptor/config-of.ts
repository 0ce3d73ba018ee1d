import type { Expression, Path, Template } from '../message.ts'
import type { Descriptor } from './descriptor.ts'
import type { Field, Fields } from './field.ts'

/** The values that a connection field of each type stands for; node packages extend it. */
// oxlint-disable-next-line no-empty-interface -- filled by declaration merging in node packages
export interface ConnectionHandles {}

/** The configuration as the running node gets it: expressions compiled, defaults filled in. */
export type ConfigOf<D extends Descriptor> = ConfigOfFields<D['fields']>

export type ConfigOfFields<F extends Fields> = {
  readonly [Name in keyof F]: ValueOf<F[Name]>
}

type Given<F> = F extends { readonly required: true } | { readonly default: unknown } ? true : false
type Optional<F, Value> = Given<F> extends true ? Value : Value | undefined

type ValueOf<F extends Field> = F extends { kind: 'text' | 'code' }
  ? Optional<F, string>
  : F extends { kind: 'number' | 'integer' | 'duration' }
    ? Optional<F, number>
    : F extends { kind: 'boolean' }
      ? boolean
      : F extends { kind: 'choice' }
        ? F['options'][number]['value']
        : F extends { kind: 'expression' }
          ? Optional<F, Expression<ResultOf<F['returns']>>>
          : F extends { kind: 'template' }
            ? Optional<F, Template>
            : F extends { kind: 'path' }
              ? Optional<F, Path>
              : F extends { kind: 'json' }
                ? unknown
                : F extends { kind: 'secret' }
                  ? string | undefined
                  : F extends { kind: 'connection' }
                    ? Optional<F, HandleOf<F['type']>>
                    : F extends { kind: 'list' }
                      ? readonly (ConfigOfFields<F['item']> & { readonly id: string })[]
                      : never

type HandleOf<Type> = Type extends keyof ConnectionHandles ? ConnectionHandles[Type] : unknown

type ResultOf<Returns> = Returns extends 'boolean'
  ? boolean
  : Returns extends 'number'
    ? number
    : Returns extends 'text'
      ? string
      : unknown
