import { differingPaths } from '@millrace/flow'
import type { TestMessage } from '@millrace/flow'

type Pair = readonly [left: TestMessage | undefined, right: TestMessage | undefined]

/** Sets messages that are about the same, by time, key and topic, beside each other, in order of time. */
export function sideBySide(
  left: readonly TestMessage[],
  right: readonly TestMessage[],
): readonly Pair[] {
  const waiting = new Map<string, TestMessage[]>()
  for (const message of right) {
    const list = waiting.get(aboutOf(message)) ?? []
    list.push(message)
    waiting.set(aboutOf(message), list)
  }
  const pairs = left.map((message): Pair => [message, waiting.get(aboutOf(message))?.shift()])
  const rest = [...waiting.values()].flat().map((message): Pair => [undefined, message])
  return [...pairs, ...rest].toSorted((one, other) => timeOf(one) - timeOf(other))
}

function aboutOf({ time, key, topic }: TestMessage): string {
  return JSON.stringify([time, key, topic])
}

function timeOf([left, right]: Pair): number {
  const time = (left ?? right)?.['time']
  return typeof time === 'number' ? time : 0
}

const partsMax = 6

/** What differs in two messages, as text for either: `payload.f: 104`. */
export function differingParts(
  left: TestMessage,
  right: TestMessage,
): readonly [left: string, right: string] {
  const paths = differingPaths(left, right, { match: 'exact' }).slice(0, partsMax)
  const text = (message: TestMessage) =>
    paths.map((path) => `${path}: ${JSON.stringify(valueAt(message, path))}`).join(', ')
  return [text(left), text(right)]
}

/** Follows a path such as `payload.rows[2].name`; a name that is none in a path is not followed. */
function valueAt(message: TestMessage, path: string): unknown {
  const names = path.match(/[^.[\]"]+/g) ?? []
  return names.reduce<unknown>((value, name) => {
    const isInside = typeof value === 'object' && value !== null
    return isInside ? new Map(Object.entries(value)).get(name) : undefined
  }, message)
}
