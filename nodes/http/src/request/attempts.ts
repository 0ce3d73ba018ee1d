import { NodeError, toOperatingError } from '@millrace/sdk'
import type { NodeContext } from '@millrace/sdk'
import { unreachable } from '@millrace/web'
import type { ReadAnswer } from '../body/answer-reader.ts'
import type { Answer, Call, HttpClient } from '../client/exchange.ts'
import { retryDelayMs } from '../client/retry.ts'
import type { RetryRule } from '../client/retry.ts'
import type { TokenBucket } from '../client/token-bucket.ts'
import type { httpRequestDescriptor } from './descriptor.ts'

export interface Attempts {
  readonly context: NodeContext<typeof httpRequestDescriptor>
  readonly client: HttpClient
  readonly bucket: TokenBucket
  readonly read: ReadAnswer
  readonly isClosed: () => boolean
  /** Says on the node's card what is amiss; nothing when all is well. */
  readonly show: (problem: string) => void
}

/** Tries as often as the rule says. Rejects, or gives the last answer, whatever its status. */
export async function attempt(attempts: Attempts, call: Call): Promise<Answer> {
  const { context, client, bucket, isClosed } = attempts
  const rule = ruleOf(context.config)
  for (let made = 1; ; made += 1) {
    await bucket.take()
    if (isClosed()) throw new NodeError('HTTP_CLOSED', 'The node was closed before its turn.')
    const result = await client.exchange(call).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    )
    context.goesOn()
    if ('error' in result) attempts.show(asNodeError(result.error, call).message)
    const delayMs = nextDelayMs(attempts, { result, made, rule })
    if (delayMs === undefined || isClosed()) {
      if ('answer' in result) return result.answer
      throw asNodeError(result.error, call)
    }
    await new Promise<void>((resolve) => void context.timers.after(delayMs, resolve))
  }
}

function ruleOf(config: Attempts['context']['config']): RetryRule {
  const { retries, method, isRetriedUnsafely, isKeyed } = config
  return { retries, method, isRetriedUnsafely: isRetriedUnsafely || isKeyed }
}

interface Made {
  readonly result: { readonly answer: Answer } | { readonly error: unknown }
  readonly made: number
  readonly rule: RetryRule
}

/** A server that says how long to wait is left in peace by all requests of the node. */
function nextDelayMs({ context, bucket, show }: Attempts, { result, made, rule }: Made) {
  const nowMs = context.clock.now()
  const at = { rule, nowMs, chance: Math.random() }
  if (!('answer' in result)) return retryDelayMs(result, made, at)
  const { status, headers, url } = result.answer
  const retryAfter = headers['retry-after']
  const delayMs = retryDelayMs({ status, retryAfter }, made, at)
  if (delayMs !== undefined && retryAfter !== undefined && (status === 429 || status === 503)) {
    bucket.shut(delayMs)
    const host = new URL(url).host
    show(`${host} asks to wait ${Math.ceil(delayMs / 1000)} s (${status})`)
  }
  return delayMs
}

function asNodeError(error: unknown, { method, url }: Call): NodeError {
  if (error instanceof NodeError) return error
  const origin = URL.parse(url)?.origin
  const why = origin === undefined ? toOperatingError(error).message : unreachable(error, url)
  const text = `${method} ${origin ?? url.slice(0, 100)} failed: ${why}`
  return new NodeError('HTTP_FAILED', text, { cause: error })
}
