import { lookup } from 'node:dns/promises'
import type { TestStep } from '@millrace/sdk'
import { openInfluxServer, unreachable, type ServerConfig } from '../write/influx-server.ts'

/** Looks the host up, asks the server what it is, and tries to write nothing. */
export async function* testSteps(config: ServerConfig): AsyncIterable<TestStep> {
  const base = new URL(config.url)
  const host = base.hostname.replaceAll(/^\[|\]$/g, '')
  try {
    const { address } = await lookup(host)
    yield { step: 'Name', outcome: 'passed', text: `${host} is ${address}` }
  } catch {
    yield { step: 'Name', outcome: 'failed', text: `The host name ${host} is not known.` }
    return
  }
  const server = openInfluxServer(config)
  try {
    const root = base.pathname.replace(/\/$/, '')
    const pong = await server.get(`${root}/ping`)
    const version = pong.headers['x-influxdb-version']
    const isThere = pong.status < 500
    yield {
      step: 'Server',
      outcome: isThere ? 'passed' : 'failed',
      text: version === undefined ? `It answers with ${pong.status}.` : `InfluxDB ${version}`,
    }
    // An empty body changes nothing, but passes the checks of address and sign-in.
    const answer = await server.write('', 'ms')
    const isLetIn = answer.outcome === 'written' || answer.outcome === 'refused'
    yield isLetIn
      ? { step: 'Sign-in and permission', outcome: 'passed' }
      : {
          step: 'Sign-in and permission',
          outcome: 'failed',
          text: 'reason' in answer ? answer.reason : 'It takes no writes.',
        }
  } catch (error) {
    yield { step: 'Server', outcome: 'failed', text: unreachable(base, error) }
  } finally {
    server.close()
  }
}
