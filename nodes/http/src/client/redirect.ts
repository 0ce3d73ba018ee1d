import { NodeError } from '@millrace/sdk'
import type { Call } from './exchange.ts'

/** RFC 9110, 15.4. Throws where the call must not go there. */
export function redirected(call: Call, status: number, location: string): Call {
  const from = new URL(call.url)
  const to = URL.parse(location, from.href)
  if (to === null) throw new NodeError('HTTP_BAD_URL', 'The redirect leads to no proper address.')
  const next = callAt(call, to.href)
  const becomesGet = status === 303 || (status < 307 && call.method === 'POST')
  if (!becomesGet) {
    if (from.protocol === 'https:' && to.protocol === 'http:' && call.body !== undefined) {
      throw unencrypted(from, to)
    }
    return next
  }
  const headers = Object.entries(next.headers).filter(([name]) => !name.startsWith('content-'))
  const method = call.method === 'HEAD' ? 'HEAD' : 'GET'
  return { method, url: to.href, headers: Object.fromEntries(headers), body: undefined }
}

/**
 * The same call to another address. What is said to an origin is for that origin: another one, also
 * the same without TLS, gets only headers of which it is known that they are no secrets.
 */
export function callAt(call: Call, url: string): Call {
  if (URL.parse(url)?.origin === URL.parse(call.url)?.origin) return { ...call, url }
  const headers = Object.entries(call.headers).filter(([name]) => forAll.has(name.toLowerCase()))
  return { ...call, url, headers: Object.fromEntries(headers) }
}

/** Any other may hold a credential, as `X-API-Key` does. */
const forAll = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-type',
  'idempotency-key',
  'if-modified-since',
  'if-none-match',
  'last-event-id',
  'prefer',
  'range',
  'user-agent',
])

function unencrypted({ host }: URL, to: URL): NodeError {
  const text = `${host} redirects to ${to.origin}, where anybody in between could read the body. Give that address itself if it is meant.`
  return new NodeError('HTTP_REDIRECT_UNENCRYPTED', text)
}
