import { placeOfUrl, reachSteps, takeSteps } from '@millrace/reach'
import type { Step } from '@millrace/reach'
import type { TestStep } from '@millrace/sdk'
import { tlsSettings } from '@millrace/web'
import { openListener } from '../listener/listener.ts'
import type { ConnectionOf, Listener } from '../listener/listener.ts'

/** What the Test button does: each step only when the one before has passed. */
export async function* testSteps(context: ConnectionOf): AsyncGenerator<TestStep> {
  const listener = openListener(context)
  try {
    yield* takeSteps([...reachOf(context), ...writeSteps(context, listener)])
  } finally {
    listener.close()
  }
}

function reachOf({ config, clock, timers }: ConnectionOf): readonly Step[] {
  const { timeoutMs } = config
  if (config.listener === 'udp' || config.listener === 'tcp') {
    const { host, port } = config
    const labels = { host: 'Host', port: 'Port', security: 'Encrypt with TLS' }
    const tls = config.listener === 'tcp' && config.isSecure ? tlsSettings(config) : undefined
    const steps = reachSteps({
      host,
      port,
      labels,
      peer: 'Telegraf',
      tls,
      timeoutMs,
      clock,
      timers,
    })
    // Without a connection there is only the name to look at.
    return config.listener === 'udp' ? steps.slice(0, 1) : steps
  }
  const { isSecure, ...place } = placeOfUrl(config.url)
  const tls = isSecure ? tlsSettings(config) : undefined
  return reachSteps({ ...place, peer: 'Telegraf', tls, timeoutMs, clock, timers })
}

function writeSteps({ config }: ConnectionOf, listener: Listener): readonly Step[] {
  if (config.listener === 'tcp') return []
  if (config.listener === 'udp') {
    const text = 'Nothing answers over UDP: look at Telegraf whether points arrive'
    const run = (): Promise<{ readonly outcome: 'skipped'; readonly text: string }> =>
      Promise.resolve({ outcome: 'skipped', text })
    return [{ name: 'Arrival', run }]
  }
  return [{ name: 'Sign-in and permission to write', run: () => tryWrite(listener) }]
}

/** A comment: there is no point in it. */
const nothing = '# Millrace tests the connection'

async function tryWrite(listener: Listener): Promise<string> {
  const outcome = await listener.write([nothing])
  // That there are no points in it is all that can be wrong with it.
  if (outcome.kind === 'later') throw outcome.error
  return 'It takes points from us'
}
