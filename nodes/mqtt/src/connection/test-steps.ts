import { randomUUID } from 'node:crypto'
import { reachSteps, takeSteps, within } from '@millrace/reach'
import type { Finding, Limit, Step } from '@millrace/reach'
import type { TestStep } from '@millrace/sdk'
import { NodeError } from '@millrace/sdk'
import { MqttClient } from 'mqtt'
import { connectError, refusedBy } from '../link/connect-error.ts'
import type { Where } from '../link/connect-error.ts'
import { isSecure, openSocket } from '../link/open-socket.ts'
import type { Target } from '../link/open-socket.ts'
import { clientOptions, targetOf } from './link-options.ts'
import type { ConnectionOf } from './link-options.ts'

/** What the Test button does: each step only when the one before has passed. */
export async function* testSteps(context: ConnectionOf): AsyncGenerator<TestStep> {
  const { config, clock, timers } = context
  const target = targetOf(config)
  const session = new TestSession(context, target)
  const steps: readonly Step[] = [
    ...reachSteps({
      ...target,
      tls: isSecure(target) ? target.tls : undefined,
      peer: 'broker',
      timeoutMs: config.connectTimeoutMs,
      clock,
      timers,
    }),
    { name: 'Sign-in', run: () => session.signIn() },
    { name: 'Permission to subscribe', run: () => session.subscribe() },
    { name: 'First message', run: () => session.exchange() },
  ]
  try {
    yield* takeSteps(steps, (error) => connectError(error, whereOf(context, target)).message)
  } finally {
    session.end()
  }
}

function whereOf({ config }: ConnectionOf, target: Target): Where {
  const { host, port } = target
  const { connectTimeoutMs } = config
  const isVersion5 = config.version === '5'
  return { host, port, isVersion5, connectTimeoutMs, isSecure: isSecure(target) }
}

/** A session of its own, so as not to disturb the one of a running flow. */
class TestSession {
  private readonly context: ConnectionOf
  private readonly target: Target
  private readonly limit: Limit
  private readonly topic = `millrace/test/${randomUUID()}`
  private client: MqttClient | undefined
  private maySubscribe = false

  constructor(context: ConnectionOf, target: Target) {
    this.context = context
    this.target = target
    const { timers, config } = context
    this.limit = { timers, limitMs: config.connectTimeoutMs * 2 }
  }

  signIn(): Promise<string> {
    const { username } = this.context.config
    return within(this.limit, (resolve, reject) => {
      const client = this.open()
      client.on('error', reject)
      client.on('close', () => reject(new NodeError('MQTT_CONNECTION_LOST', closedAtOnce)))
      client.on('disconnect', ({ reasonCode }) => {
        reject(refusedBy(reasonCode ?? 0x80, whereOf(this.context, this.target)))
      })
      client.on('connect', () => resolve(`Signed in${asWhom(username)}`))
      return () => undefined
    })
  }

  /** A broker may let a user have some topics only, so that this one is refused means little. */
  subscribe(): Promise<string | Finding> {
    return within(this.limit, (resolve) => {
      this.client?.subscribe(this.topic, (error) => {
        this.maySubscribe = error === null
        resolve(
          this.maySubscribe
            ? 'May subscribe to millrace/test/…'
            : skipped('May not subscribe to millrace/test/…; other topics may be allowed.'),
        )
      })
      return () => undefined
    })
  }

  /** Publishes to itself. */
  exchange(): Promise<string | Finding> {
    if (!this.maySubscribe) return Promise.resolve(skipped('Nothing was subscribed to.'))
    const { clock, timers } = this.context
    const sentAt = clock.monotonic()
    return within<string | Finding>({ timers, limitMs: echoWithinMs }, (resolve) => {
      this.client?.once('message', () => {
        resolve(`There and back in ${Math.max(1, Math.round(clock.monotonic() - sentAt))} ms`)
      })
      this.client?.publish(this.topic, 'Millrace tests the connection')
      return () => undefined
    }).catch(() => skipped('None came back: this user may not be allowed to publish there.'))
  }

  end(): void {
    this.client?.end(true)
  }

  private open(): MqttClient {
    const { config } = this.context
    const { will: _will, properties: _properties, ...options } = clientOptions(this.context)
    const client = new MqttClient(() => openSocket(this.target), {
      ...options,
      clean: true,
      clientId: `millrace-test-${String(options.clientId).slice(-8)}`,
      reconnectPeriod: 0,
      connectTimeout: config.connectTimeoutMs,
    })
    this.client = client
    return client
  }
}

const echoWithinMs = 2_000
const closedAtOnce = 'The broker closed the connection during sign-in.'
const skipped = (text: string): Finding => ({ outcome: 'skipped', text })

function asWhom(username: string | undefined): string {
  return username === undefined || username === '' ? ' without a name' : ` as ${username}`
}
