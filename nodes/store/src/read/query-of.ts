import { NodeError } from '@millrace/sdk'
import type { Clock, Expression, Message, NodeContext } from '@millrace/sdk'
import type { RowFunction, RowsQuery } from '@millrace/store'
import type { storeReadDescriptor } from './descriptor.ts'

type Config = NodeContext<typeof storeReadDescriptor>['config']

/** Makes the function that says what a message asks for. `flow` is the one that the node is in. */
export function queryMaker(
  config: Config,
  { flow, clock }: { readonly flow: string; readonly clock: Clock },
): (message: Message) => RowsQuery {
  const { measurement, field, tags, everyMs, reduce, rowsMax } = config
  return (message) => {
    const fieldName = field?.(message) ?? ''
    return {
      store: config.flow === '' ? flow : config.flow,
      measurement: measurement(message),
      field: fieldName === '' ? undefined : fieldName,
      tags: tags.map(({ name, value }) => [name, tagText(value(message))] as const),
      ...rangeOf(config, message, clock.now()),
      everyMs: everyMs === 0 ? undefined : everyMs,
      // The options of the field are these words.
      reduce: reduce as RowFunction,
      rowsMax,
    }
  }
}

function rangeOf(config: Config, message: Message, nowMs: number): { from: number; to: number } {
  if (config.range === 'last') return { from: nowMs - config.lastMs, to: nowMs }
  const from = timeOf(config.from, message, 'From')
  const to = config.to === undefined ? nowMs : timeOf(config.to, message, 'To')
  return { from, to }
}

function timeOf(expression: Expression | undefined, message: Message, label: string): number {
  const given = expression?.(message)
  const time = typeof given === 'string' ? Date.parse(given) : Number(given ?? Number.NaN)
  if (Number.isFinite(time)) return time
  throw new NodeError('STORE_BAD_RANGE', `"${label}" gives no time for this message.`)
}

function tagText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number)
}
