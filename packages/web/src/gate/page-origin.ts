import type { HttpRequest } from '@millrace/sdk'
import { isSameText } from './same-text.ts'

/** Who may listen, as nodes that wait for clients ask for it. */
export interface Listeners {
  /** Origins of pages, separated by commas; `*` for all. */
  readonly origins: string
  readonly token: string | undefined
}

/** Why a client may not come, and with what to answer it; `undefined` where it may. */
export function listenerRefusal(
  { headers, query }: Pick<HttpRequest, 'headers' | 'query'>,
  { origins, token }: Listeners,
):
  | { readonly status: 401 | 403; readonly headers: Record<string, string>; readonly body: string }
  | undefined {
  const hasToken = token !== undefined && token !== ''
  if (hasToken && !knows(token, headers, query)) {
    const asked = { 'www-authenticate': 'Bearer' }
    return { status: 401, headers: asked, body: 'A token is needed here.' }
  }
  const { origin } = headers
  if (origin === undefined || mayListen(origin, { headers, origins, hasToken })) return undefined
  const body = `Pages of ${origin.slice(0, 200)} may not listen here: see "Allowed origins" of the node.`
  return { status: 403, headers: {}, body }
}

/** Whether a page that makes a request may do so; browsers say which page it is, others nothing. */
export function isAllowedPage(headers: HttpRequest['headers'], origins: string): boolean {
  const { origin } = headers
  if (origin === undefined) return !isFromElsewhere(headers) || listOf(origins).includes('*')
  return mayListen(origin, { headers, origins, hasToken: false })
}

/**
 * Images, frames and forms of a page get without naming its origin. Browsers say so (Fetch Metadata,
 * where the connection can be trusted); that a person follows a link is none of the page's doing.
 */
function isFromElsewhere(headers: HttpRequest['headers']): boolean {
  const site = headers['sec-fetch-site']
  const isFollowed =
    headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  return (site === 'cross-site' || site === 'same-site') && !isFollowed
}

/** A browser names the origin of a page that listens or posts; a program that is none names none. */
function mayListen(
  origin: string,
  options: {
    readonly headers: HttpRequest['headers']
    readonly origins: string
    readonly hasToken: boolean
  },
): boolean {
  const { headers, origins, hasToken } = options
  const allowed = listOf(origins)
  if (allowed.includes('*') || allowed.includes(canonical(origin))) return true
  // A page that was given the token was let in by who gave it.
  if (hasToken && allowed.length === 0) return true
  return isOwnPage(origin, headers['host'])
}

function knows(
  token: string,
  headers: HttpRequest['headers'],
  query: HttpRequest['query'],
): boolean {
  const bearer = /^bearer +(.*)$/i.exec(headers['authorization'] ?? '')?.[1]
  const given = bearer ?? query['token']
  return typeof given === 'string' && isSameText(given, token)
}

function listOf(origins: string): readonly string[] {
  return origins
    .split(',')
    .map((origin) => canonical(origin.trim()))
    .filter((origin) => origin !== '')
}

/** Upper case and the usual port mean nothing: `HTTPS://A.example:443` is `https://a.example`. */
function canonical(origin: string): string {
  const url = URL.parse(origin)
  return url === null || url.origin === 'null' ? origin : url.origin
}

/**
 * A page of this very address. Of a name that anybody could have registered it is not enough to be
 * the same: an attacker lets one lead first to his page and then to us (DNS rebinding).
 */
function isOwnPage(origin: string, host: string | undefined): boolean {
  const url = URL.parse(origin)
  if (url === null || host === undefined) return false
  return url.host === host.toLowerCase() && isLocalName(url.hostname)
}

function isLocalName(name: string): boolean {
  const isAddress = name.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(name)
  return isAddress || !name.includes('.') || /\.(?:local|localhost|internal|home\.arpa)$/.test(name)
}
