import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import express, { Router } from 'express'
import type { Request, RequestHandler, Response } from 'express'
import type { ApiCall, ApiReply, StoreReader } from '@millrace/store'
import { checkOrigin } from '../http/guard/host.ts'
import { csvHandler } from './csv-handler.ts'

export interface DataSourceOptions {
  readonly reader: StoreReader
  readonly version: string
  readonly now: () => number
}

/** Where Grafana finds each of the two data sources that it knows without a plugin. */
const [prometheusPath, influxPath] = ['/prometheus', '/influxdb']
/** Clients of InfluxDB ask for its version, and take what they know of 1.8. */
const influxVersion = '1.8.10'

const formBytesMax = 1024 * 1024
/** Shorter answers cost more to pack than to send. */
const packFromBytes = 4096
const pack = promisify(gzip)

/**
 * Lets programs read what flows keep: the HTTP API of Prometheus, InfluxQL, and CSV. Nothing can be
 * written. Evaluated in a thread, within a time; other sites' pages may not even ask.
 */
export function dataSourceRouter(options: DataSourceOptions): Router {
  const { reader, now } = options
  const router = Router({ caseSensitive: true, strict: true })
  const form = express.raw({ type: () => true, limit: formBytesMax })
  router.use([prometheusPath, influxPath, '/api/stores'], ownPagesOnly)
  router.all(`${prometheusPath}/*path`, readingOnly, form, async (request, response) => {
    const path = request.path.slice(prometheusPath.length)
    if (path === '/-/healthy' || path === '/-/ready')
      return void response.send('Millrace is ready.\n')
    await answer(request, response, await reader.prometheus(callOf(request, path, options)))
  })
  router.all(`${influxPath}/ping`, (_request, response) => {
    response.setHeader('X-Influxdb-Version', influxVersion).status(204).end()
  })
  router.all(`${influxPath}/query`, readingOnly, form, async (request, response) => {
    response.setHeader('X-Influxdb-Version', influxVersion)
    await answer(request, response, await reader.influxql(callOf(request, '/query', options)))
  })
  router.all(`${influxPath}/*path`, (_request, response) => {
    response
      .status(404)
      .json({ error: 'Millrace answers /query and /ping here, and takes nothing in.' })
  })
  router.get('/api/stores/:store/csv', csvHandler(reader, now))
  return router
}

/** A page of another site could not read the answer, but it could keep the thread busy. */
const ownPagesOnly: RequestHandler = (request, response, next) => {
  const refusal = checkOrigin(request)
  if (refusal === null) return next()
  return void response
    .status(403)
    .json({ status: 'error', errorType: 'bad_data', error: refusal.message, ...refusal })
}

const readingOnly: RequestHandler = (request, response, next) => {
  if (['GET', 'HEAD', 'POST'].includes(request.method)) return next()
  const error = `${request.method} is not possible here; possible: GET, POST`
  return void response.status(405).json({ status: 'error', errorType: 'bad_data', error })
}

/** Parameters come in the address, in a form, or in both. */
function callOf(request: Request, path: string, { version, now }: DataSourceOptions): ApiCall {
  const { searchParams } = new URL(request.originalUrl, 'http://localhost')
  const body: unknown = request.body
  const isForm = request.is('application/x-www-form-urlencoded') !== false
  const form = new URLSearchParams(Buffer.isBuffer(body) && isForm ? fewOf(body.toString()) : '')
  return { path, parameters: [...form, ...searchParams], nowMs: now(), version }
}

/** Reading very many takes time that grows with the square of how many there are. */
function fewOf(form: string): string {
  return form.split('&', parametersMax).join('&')
}

const parametersMax = 2_000

async function answer(request: Request, response: Response, reply: ApiReply): Promise<void> {
  const text = Buffer.from(reply.body)
  const isPacked = text.length >= packFromBytes && request.acceptsEncodings('gzip') !== false
  response.status(reply.status).vary('Accept-Encoding')
  response.setHeader('Content-Type', 'application/json')
  response.setHeader('Cache-Control', 'no-store')
  if (isPacked) response.setHeader('Content-Encoding', 'gzip')
  response.end(isPacked ? await pack(text, { level: 4 }) : text)
}
