import { KafkaError } from '../cluster/kafka-error.ts'
import type { ConnectionOf } from './cluster-options.ts'

/** A token that is good until then, on the clock that only goes on. */
interface Token {
  readonly text: string
  readonly renewAt: number
}

/** Renewed when so much of its life has passed. */
const lifeUsed = 0.8
const usualLifeS = 300

/** Gives a token for each sign-in: the fixed one, or one of the token server while that is good. */
export function tokenSource(context: ConnectionOf): () => Promise<string> {
  const { config, clock } = context
  if (config.tokenFrom === 'fixed') return () => Promise.resolve(config.token ?? '')
  let known: Token | undefined
  return async () => {
    const now = clock.monotonic()
    if (known === undefined || now >= known.renewAt) known = await askForToken(context)
    return known.text
  }
}

/** RFC 6749 section 4.4: client credentials. */
async function askForToken({ config, clock }: ConnectionOf): Promise<Token> {
  const { tokenUrl, tokenClientId, tokenClientSecret = '', tokenScope } = config
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  if (tokenScope) body.set('scope', tokenScope)
  const pair = `${encodeURIComponent(tokenClientId)}:${encodeURIComponent(tokenClientSecret)}`
  const headers = {
    authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
    accept: 'application/json',
  }
  const signal = AbortSignal.timeout(config.connectTimeoutMs)
  let answer: Response
  let given: unknown
  try {
    answer = await fetch(tokenUrl, { method: 'POST', headers, body, signal })
    given = await answer.json().catch(() => undefined)
  } catch (cause) {
    throw refused(`nothing answers there (${reasonOf(cause)})`, cause)
  }
  const { access_token: text, expires_in: lifeS } = fieldsOf(given)
  if (!answer.ok || typeof text !== 'string') throw refused(whyOf(answer, given))
  const life = typeof lifeS === 'number' && lifeS > 0 ? lifeS : usualLifeS
  return { text, renewAt: clock.monotonic() + life * 1000 * lifeUsed }
}

function whyOf({ ok, status }: Response, given: unknown): string {
  if (ok) return 'its answer has no access_token'
  const { error, error_description: more } = fieldsOf(given)
  const words = [error, more].filter((word) => typeof word === 'string').join(': ')
  return words === '' ? `it answers with status ${status}` : `it says ${words.slice(0, 200)}`
}

function fieldsOf(given: unknown): Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null ? { ...given } : {}
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

function refused(why: string, cause?: unknown): KafkaError {
  const text = `The token server gave no token: ${why}. Check address, client id and secret under Sign-in.`
  return new KafkaError('KAFKA_TOKEN_REFUSED', text, { cause })
}
