import express from 'express'
import type { Express, RequestHandler } from 'express'
import { notFound } from '../refusal.ts'
import { apiRouter } from './api-router.ts'
import { serveEditor } from './editor/editor-files.ts'
import { answerErrors } from './errors.ts'
import { guardHost, guardOrigin } from './guard/host.ts'
import type { OriginRules } from './guard/host.ts'
import { guardOwnFlows } from './guard/own-flows.ts'
import { securityHeaders } from './guard/security-headers.ts'
import type { Route } from './route.ts'

export interface AppOptions {
  readonly routes: readonly Route[]
  readonly rules: OriginRules
  /** What programs read that know other APIs than ours. */
  readonly dataSources: RequestHandler
  /** Where the built editor lies. */
  readonly editorFolder: string
  /** Told of errors that are the server's own fault. */
  readonly onUnforeseen: (error: unknown) => void
}

/** The HTTP side of the server, without a port. */
export function createApp(options: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', false)
  app.use(securityHeaders(), guardHost(options.rules), guardOrigin())
  app.use(options.dataSources, guardOwnFlows(), apiRouter(options.routes))
  app.use(serveEditor(options.editorFolder))
  app.use((request, _response, next) => {
    next(notFound('PAGE_UNKNOWN', `There is nothing at ${request.path.slice(0, 200)}`))
  })
  app.use(answerErrors(options.onUnforeseen))
  return app
}
