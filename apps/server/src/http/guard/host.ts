import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import type { ErrorBody } from '@millrace/protocol'

/** Whose requests are taken in; against DNS rebinding and other pages in the same browser. */
export interface OriginRules {
  /** Host names, without port, by which this server may be called. */
  readonly hosts: readonly string[]
}

export const loopbackHosts = ['localhost', '127.0.0.1', '[::1]']

/** Refuses with 421 what is addressed to another host, before anything else happens. */
export function guardHost(rules: OriginRules): RequestHandler {
  return (request, response, next) => {
    const refusal = checkHost(request, rules)
    if (refusal) response.status(421).json(refusal)
    else next()
  }
}

/** Refuses with 403 what another site's page asks to be changed. */
export function guardOrigin(): RequestHandler {
  return (request, response, next) => {
    const isReading = request.method === 'GET' || request.method === 'HEAD'
    const refusal = isReading ? null : checkOrigin(request)
    if (refusal) response.status(403).json(refusal)
    else next()
  }
}

export function checkHost(request: IncomingMessage, rules: OriginRules): ErrorBody | null {
  const host = request.headers.host ?? ''
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase()
  if (rules.hosts.includes(name)) return null
  const message = `This server does not answer for "${host.slice(0, 100)}"; open it as http://localhost`
  return { code: 'HOST_UNKNOWN', message }
}

/** A browser names the origin of the page; a program that is none sends no such header. */
export function checkOrigin(request: IncomingMessage): ErrorBody | null {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (origin === undefined) return site === 'cross-site' ? foreignOrigin('another site') : null
  return hostOf(origin) === host?.toLowerCase() ? null : foreignOrigin(origin)
}

function foreignOrigin(origin: string): ErrorBody {
  const message = `Pages of ${origin.slice(0, 100)} may not change anything here`
  return { code: 'ORIGIN_FOREIGN', message }
}

function hostOf(origin: string): string | null {
  try {
    const { protocol, host } = new URL(origin)
    return protocol === 'http:' || protocol === 'https:' ? host.toLowerCase() : null
  } catch {
    return null
  }
}
