import { Router } from 'express'
import type { Request, RequestHandler } from 'express'
import { notFound, Refusal } from '../refusal.ts'
import { readJsonBody } from './guard/json-body.ts'
import { findMismatch } from './openapi/schema.ts'
import { ref, schemas } from './openapi/schemas.ts'
import { checkParameters } from './parameters.ts'
import { bodyBytesMax } from './route.ts'
import type { Route } from './route.ts'
import { sendJson, sendLines } from './send-json.ts'

/** Routes requests by the list, and lets only those through that are as their route says. */
export function apiRouter(routes: readonly Route[]): Router {
  const router = Router({ caseSensitive: true, strict: true })
  for (const route of routes) {
    router[route.method](route.path, ...readJsonBody(bytesMaxOf(route)), handler(route))
  }
  router.use('/api', (request, _response, next) => {
    const methods = routes.filter((route) => matches(route, request)).map((route) => route.method)
    if (methods.length === 0) {
      return next(
        notFound('ROUTE_UNKNOWN', `There is nothing at ${request.originalUrl.slice(0, 200)}`),
      )
    }
    const allowed = methods.join(', ').toUpperCase()
    const message = `${request.method} is not possible here; possible: ${allowed}`
    return next(new Refusal(405, { code: 'METHOD_WRONG', message }))
  })
  return router
}

function bytesMaxOf({ body }: Route): number {
  return body ? (body.bytesMax ?? bodyBytesMax) : 0
}

function handler(route: Route): RequestHandler {
  return async (request, response) => {
    const params = textsOf(request.params)
    checkParameters(params)
    checkBody(route, request.body)
    const answer = await route.handle({ params, query: readQuery(request), body: request.body })
    response.setHeader('Cache-Control', 'no-store')
    const { status = 200, body, lines } = answer
    if (lines !== undefined) await sendLines(response.status(status), lines)
    else if (body === undefined) response.status(status).end()
    else await sendJson(request, response.status(status), body)
  }
}

function checkBody(route: Route, body: unknown): void {
  if (!route.body || (body === undefined && route.body.isOptional === true)) return
  if (body === undefined) {
    throw new Refusal(400, { code: 'BODY_MISSING', message: 'Send a JSON body' })
  }
  const found = findMismatch(body, ref(route.body.schema), { path: '', schemas })
  if (!found) return
  const place = found.path === '' ? 'The body' : found.path
  const { path } = found
  throw new Refusal(400, { code: 'BODY_SHAPE', message: `${place} ${found.message}`, path })
}

/** Parameters given twice are refused, so that no two parts read them differently. */
function readQuery(request: Request): Readonly<Record<string, string>> {
  const { searchParams } = new URL(request.originalUrl, 'http://localhost')
  const query: Record<string, string> = Object.create(null)
  for (const [name, value] of searchParams) {
    if (name in query) {
      const message = `"${name.slice(0, 64)}" is there twice in the address`
      throw new Refusal(400, { code: 'PARAMETER_WRONG', message, path: name.slice(0, 64) })
    }
    query[name] = value
  }
  return query
}

function textsOf(params: Request['params']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]))
}

function matches({ path }: Route, request: Request): boolean {
  const pattern = path.replace(/:\w+/g, '[^/]+').replaceAll('.', '\\.')
  return new RegExp(`^${pattern}$`).test(request.baseUrl + request.path)
}
