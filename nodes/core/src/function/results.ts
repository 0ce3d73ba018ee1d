import { NodeError } from '@millrace/sdk'
import type { Emit, Message } from '@millrace/sdk'
import type { Copy } from './realm-copier.ts'

interface Output {
  readonly id: string
  readonly label: string
  readonly emit: Emit
}

/** Sends what a person's code returned: a message, a list with an entry for each output, or nothing. */
export class Results {
  private readonly outputs: readonly Output[]
  private readonly copy: Copy

  constructor(outputs: readonly Output[], copy: Copy) {
    this.outputs = outputs
    this.copy = (result) => {
      try {
        return copy(result)
      } catch (error) {
        throw unreadable(error)
      }
    }
  }

  /** `time` is that of messages which the code made without one: when what they are made of happened. */
  deliver(result: unknown, time: number | undefined): void {
    if (result === undefined || result === null) return
    if (Array.isArray(result)) this.deliverList(this.copy(result), time)
    else this.output(0).emit(messageOf(this.copy(result), time))
  }

  /** Sends to an output by its number from 0, its name or its id. */
  deliverTo(result: unknown, output: unknown, time: number | undefined): void {
    if (output === undefined) {
      this.deliver(result, time)
      return
    }
    const { emit } = this.find(output)
    for (const message of messagesIn(this.copy(result), time)) emit(message)
  }

  /** Everything is looked at before anything is sent. */
  private deliverList(copied: unknown, time: number | undefined): void {
    const entries: readonly unknown[] = Array.isArray(copied) ? copied : []
    const sends = entries.flatMap((entry, index) =>
      messagesIn(entry, time).map((message) => ({ emit: this.output(index).emit, message })),
    )
    for (const { emit, message } of sends) emit(message)
  }

  private find(output: unknown): Output {
    const found =
      typeof output === 'number'
        ? this.outputs[output]
        : this.outputs.find(({ id, label }) => id === output || label === output)
    if (found !== undefined) return found
    throw new NodeError('FUNCTION_OUTPUT', `The node has no output ${shown(output)}.`)
  }

  private output(index: number): Output {
    const output = this.outputs[index]
    if (output !== undefined) return output
    const text = `The code gave a message for output ${index + 1}; there are ${this.outputs.length}.`
    throw new NodeError('FUNCTION_OUTPUT', text)
  }
}

/** What a getter in the result throws is the person's, and not to be trusted even for its text. */
function unreadable(error: unknown): NodeError {
  const text = error instanceof Error ? error.message : 'A property of the result cannot be read.'
  return new NodeError('FUNCTION_RESULT', text)
}

/** One message, several, or none. */
function messagesIn(entry: unknown, time: number | undefined): readonly Message[] {
  if (entry === undefined || entry === null) return []
  return Array.isArray(entry)
    ? entry.flatMap((one: unknown) => messagesIn(one, time))
    : [messageOf(entry, time)]
}

function messageOf(value: unknown, time: number | undefined): Message {
  const isMessage = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
  if (!isMessage) {
    const text = `A message has to be an object such as { payload: … }, not ${shown(value)}.`
    throw new NodeError('FUNCTION_RESULT', text)
  }
  // An object becomes a message by being sent; without a payload it has none.
  const message = value as Message
  if (message.time !== undefined) setTime(message, message.time)
  else if (time !== undefined) message.time = time
  return message
}

/** All that goes by event time relies on a number; the message is a copy of our own. */
function setTime(message: Message, given: unknown): void {
  if (typeof given === 'number' && Number.isFinite(given)) return
  const time = given instanceof Date ? given.getTime() : given
  if (typeof time === 'number' && Number.isFinite(time)) message.time = time
  else if (time === null) delete message.time
  else {
    const text = `message.time has to be milliseconds since the epoch, not ${shown(time)}.`
    throw new NodeError('FUNCTION_RESULT', text)
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 60 ? `"${value.slice(0, 59)}…"` : `"${value}"`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (ArrayBuffer.isView(value)) return 'bytes'
  return `a ${Array.isArray(value) ? 'list' : typeof value}`
}
