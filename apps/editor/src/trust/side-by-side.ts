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
