import { placeOfUrl, reachSteps, takeSteps } from '@millrace/reach'
import type { ConnectionContext, TestStep } from '@millrace/sdk'
import { tlsSettings } from '@millrace/web'
import { HttpInfluxServer, unreachable } from '../server/influx-server.ts'
import type { influxdbConnectionDescriptor } from './descriptor.ts'

type ConnectionOf = ConnectionContext<typeof influxdbConnectionDescriptor>

/** What the Test button does: each step only when the one before has passed. */
export async function* testSteps(context: ConnectionOf): AsyncGenerator<TestStep> {
  const { config, clock, timers } = context
  const server = new HttpInfluxServer({ ...config, clock, timers })
  const { isSecure, ...place } = placeOfUrl(config.url)
  const steps = [
    ...reachSteps({
      ...place,
      tls: isSecure ? tlsSettings(config) : undefined,
      timeoutMs: config.timeoutMs,
      clock,
      timers,
    }),
    { name: 'Server', run: () => findServer(server, config.url) },
    { name: 'Permission to write', run: () => tryWrite(server, context) },
  ]
  try {
    yield* takeSteps(steps, (error) => unreachable(error, config.url).message)
  } finally {
    server.close()
  }
}

async function findServer(server: HttpInfluxServer, base: string): Promise<string> {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/ping`
  const answer = await server.exchange({ method: 'GET', url })
  const { version } = answer
  return version === undefined ? `Answers with status ${answer.status}` : `InfluxDB ${version}`
}

/** A comment: the server checks whether we may write, and then has nothing to write. */
const nothing = '# Millrace tests the connection'

async function tryWrite(server: HttpInfluxServer, { config }: ConnectionOf): Promise<string> {
  const outcome = await server.write(nothing, 'ns')
  // That there are no points in it is all that can be wrong with it.
  if (outcome.kind === 'later') throw outcome.error
  const where = config.version === '2' ? `bucket ${config.bucket}` : `database ${config.database}`
  return `May write to ${where}`
}
