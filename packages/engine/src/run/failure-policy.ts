import type { Message, OperatingError } from '@millrace/sdk'
import type { LetterReplay } from '../dead-letters.ts'
import { deepClone } from '../message/deep-clone.ts'
import type { HoldRecord } from './batch.ts'
import type { NodeRun } from './node-run.ts'

export interface Failure {
  readonly reason: OperatingError
  readonly message: Message
  readonly input: number
}

const usualBackoffMs = 1_000
/** Longest wait before a retry, however often it was doubled. */
const backoffMaxMs = 3_600_000

/**
 * Does what the person wants done about a message that the node could not handle: tries it again,
 * puts it aside, or stops the flow. False where it shall leave by the error port.
 */
export function recovers(node: NodeRun, failure: Failure): boolean {
  const { onError } = node.planned.document
  if (onError === undefined || node.isClosed) return false
  const attempts = attemptsOf(node, failure.message)
  if (attempts <= (onError.retries ?? 0) && node.behaviour.onMessage !== undefined) {
    const waitMs = (onError.backoffMs ?? usualBackoffMs) * 2 ** (attempts - 1)
    retryAfter(node, failure, { attempts, waitMs: Math.min(waitMs, backoffMaxMs) })
    return true
  }
  if (onError.policy === 'dead-letter') return putAside(node, failure, attempts)
  return onError.policy === 'stop' && halt(node, failure)
}

/** How often the node was given the message, this time included. */
function attemptsOf(node: NodeRun, message: Message): number {
  return (node.attempts?.get(message) ?? 0) + 1
}

function retryAfter(
  node: NodeRun,
  { message, input }: Failure,
  { attempts, waitMs }: { readonly attempts: number; readonly waitMs: number },
): void {
  const { runtime } = node
  const hold = takeOver(node)
  node.timers.after(waitMs, () => {
    const changes = node.planned.descriptor.changesMessages === true
    const given = changes ? deepClone(message) : message
    node.attempts ??= new WeakMap()
    node.attempts.set(message, attempts)
    node.attempts.set(given, attempts)
    runtime.resume(hold, () => receive(node, given, input, message))
    if (hold.state === 'open') runtime.release(hold)
  })
}

/** What the node did not change stays the message that failed. */
function receive(node: NodeRun, given: Message, input: number, original: Message): void {
  try {
    node.behaviour.onMessage?.(given, input)
  } catch (error) {
    node.fail(error, original, input)
  }
}

function putAside(node: NodeRun, { reason, message, input }: Failure, attempts: number): boolean {
  const { runtime } = node
  const { deadLetters, clock } = runtime.host
  if (deadLetters === undefined) return false
  const hold = takeOver(node)
  node.countError()
  const { code, message: sentence } = reason
  const error = { code, message: sentence }
  const letter = { node: node.id, input, message, error, failedAt: clock.now(), attempts }
  deadLetters.put(letter, (trouble) => {
    if (hold.state === 'open') runtime.release(hold, trouble)
  })
  return true
}

/** The message stays held: where holds are stored, it is there again when the flow is started. */
function halt(node: NodeRun, { reason }: Failure): boolean {
  const { host } = node.runtime
  if (host.halt === undefined) return false
  takeOver(node)
  node.countError()
  host.halt(node.id, reason.message)
  return true
}

/** The failure is dealt with here: the hold under which it came fails nothing any more. */
function takeOver(node: NodeRun): HoldRecord {
  if (node.resumed !== undefined) node.resumed.isTakenOver = true
  return node.runtime.hold(node)
}

/** A person who mended a message may have left out its time; then it comes now. */
function withTime(message: Message, now: number): Message {
  return message.time === undefined ? { ...message, time: now } : message
}

/** Gives a node a letter again; it is gone once everything made from it is dealt with. */
export function replayLetter(node: NodeRun, { letter, input, message }: LetterReplay): void {
  const { runtime } = node
  const given = withTime(message as Message, runtime.host.clock.now()) // what a node was given
  const settled = (error?: unknown): void => {
    if (error === undefined) runtime.host.deadLetters?.remove(letter)
  }
  const emit = (): void => {
    if (node.behaviour.onMessage !== undefined) receive(node, given, input, given)
    else node.ports[0]?.emit(given)
  }
  runtime.deliver(node, emit, settled)
}
