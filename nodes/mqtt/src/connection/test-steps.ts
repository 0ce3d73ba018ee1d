import { lookup } from 'node:dns/promises'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { TestStep, Timers } from '@millrace/sdk'
import { NodeError } from '@millrace/sdk'
import { MqttClient } from 'mqtt'
import { connectError, refusedBy } from '../link/connect-error.ts'
import type { Where } from '../link/connect-error.ts'
import { openSocket, tlsOptions } from '../link/open-socket.ts'
import type { Target } from '../link/open-socket.ts'
import { clientOptions, targetOf } from './link-options.ts'
import type { ConnectionOf } from './link-options.ts'

/** What the Test button does: each step only when the one before has passed. */
export async function* testSteps(context: ConnectionOf): AsyncGenerator<TestStep> {
  const target = targetOf(context.config)
  for (const step of stepsOf(context, target)) {
    const result = await attempt(step, context, target)
    yield result
    if (result.outcome === 'failed') return
  }
}

interface Step {
  readonly name: string
  /** Gives what was found. */
  readonly run: () => Promise<string>
}

function stepsOf(context: ConnectionOf, target: Target): Step[] {
  const { timers, config } = context
  const limit = { timers, limitMs: config.connectTimeoutMs }
  const isSecure = target.protocol === 'mqtts' || target.protocol === 'wss'
  return [
    { name: 'Name', run: () => resolveName(target) },
    { name: 'TCP connection', run: () => tryTcp(target, limit) },
    ...(isSecure ? [{ name: 'TLS certificate', run: () => tryTls(target, context) }] : []),
    { name: 'Sign-in and subscription', run: () => trySession(context, target) },
  ]
}

async function attempt(step: Step, context: ConnectionOf, target: Target): Promise<TestStep> {
  try {
    return { step: step.name, outcome: 'passed', text: await step.run() }
  } catch (error) {
    const { message } = connectError(error, whereOf(context, target))
    return { step: step.name, outcome: 'failed', text: message }
  }
}

function whereOf({ config }: ConnectionOf, { host, port }: Target): Where {
  const { connectTimeoutMs } = config
  return { host, port, isVersion5: config.version === '5', connectTimeoutMs }
}

async function resolveName({ host }: Target): Promise<string> {
  const found = await lookup(host, { all: true })
  return found.map(({ address }) => address).join(', ')
}

interface Limit {
  readonly timers: Timers
  readonly limitMs: number
}

/** Rejects with a timeout when `open` has not settled in time; `abandon` then ends what it began. */
function limited<Result>(
  { timers, limitMs }: Limit,
  open: (resolve: (result: Result) => void, reject: (error: Error) => void) => () => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let end = (): void => undefined
    const timer = timers.after(limitMs, () => {
      end()
      reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }))
    })
    const finish = (settle: () => void): void => {
      timer.cancel()
      end()
      settle()
    }
    end = open(
      (result) => finish(() => resolve(result)),
      (error) => finish(() => reject(error)),
    )
  })
}

function tryTcp({ host, port }: Target, limit: Limit): Promise<string> {
  return limited(limit, (resolve, reject) => {
    const socket = connectTcp({ host, port })
    socket.once('connect', () => resolve(`${socket.remoteAddress}:${port}`))
    socket.once('error', reject)
    return () => socket.destroy()
  })
}

function tryTls(target: Target, { timers, config, clock }: ConnectionOf): Promise<string> {
  const limit = { timers, limitMs: config.connectTimeoutMs }
  return limited(limit, (resolve, reject) => {
    const { host, port } = target
    const socket = connectTls({ host, port, ...tlsOptions(target) })
    socket.once('secureConnect', () => {
      const { subject, valid_to: until } = socket.getPeerCertificate()
      const days = Math.floor((Date.parse(until) - clock.now()) / dayMs)
      const isTrusted = socket.authorized ? '' : ', not verified'
      resolve(
        `${socket.getProtocol()}, ${String(subject?.CN ?? 'no name')}${isTrusted}, ${expiry(days)}`,
      )
    })
    socket.once('error', reject)
    return () => socket.destroy()
  })
}

const dayMs = 86_400_000

function expiry(days: number): string {
  return days < 0 ? 'expired' : `valid for ${days} more days`
}

/** Signs in with a session of its own, so as not to disturb the one of a running flow. */
function trySession(context: ConnectionOf, target: Target): Promise<string> {
  const { timers, config } = context
  const { will: _will, properties: _properties, ...options } = clientOptions(context)
  const limit = { timers, limitMs: config.connectTimeoutMs * 2 }
  return limited(limit, (resolve, reject) => {
    const client = new MqttClient(() => openSocket(target), {
      ...options,
      clean: true,
      clientId: `millrace-test-${String(options.clientId).slice(-8)}`,
      reconnectPeriod: 0,
      connectTimeout: config.connectTimeoutMs,
    })
    client.on('error', reject)
    client.on('close', () => reject(new NodeError('MQTT_CONNECTION_LOST', closedAtOnce)))
    client.on('disconnect', ({ reasonCode }) => {
      reject(refusedBy(reasonCode ?? 0x80, whereOf(context, target)))
    })
    client.on('connect', () => {
      client.subscribe('millrace/test', (error) => {
        if (error === null) resolve(`Signed in${asWhom(config.username)}; may subscribe.`)
        else resolve(`Signed in${asWhom(config.username)}; may not subscribe to millrace/test.`)
      })
    })
    return () => client.end(true)
  })
}

const closedAtOnce = 'The broker closed the connection during sign-in.'

function asWhom(username: string | undefined): string {
  return username === undefined || username === '' ? ' without a name' : ` as ${username}`
}
