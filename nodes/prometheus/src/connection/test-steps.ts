import { placeOfUrl, reachSteps, takeSteps } from '@millrace/reach'
import type { ConnectionContext, TestStep } from '@millrace/sdk'
import { tlsSettings } from '@millrace/web'
import { openRemoteServer } from '../remote/remote-server.ts'
import type { RemoteServer } from '../remote/remote-server.ts'
import type { prometheusConnectionDescriptor } from './descriptor.ts'

type ConnectionOf = ConnectionContext<typeof prometheusConnectionDescriptor>

/** What the Test button does: each step only when the one before has passed. */
export async function* testSteps(context: ConnectionOf): AsyncGenerator<TestStep> {
  const { config, clock, timers } = context
  const { isSecure, ...place } = placeOfUrl(config.url)
  const server = openRemoteServer({ ...config, clock, timers })
  try {
    yield* takeSteps([
      ...reachSteps({
        ...place,
        tls: isSecure ? tlsSettings(config) : undefined,
        timeoutMs: config.timeoutMs,
        clock,
        timers,
      }),
      { name: 'Sign-in and permission to write', run: () => tryWrite(server) },
    ])
  } finally {
    server.close()
  }
}

/** Writes a request without samples: the server checks all but those. */
async function tryWrite(server: RemoteServer): Promise<string> {
  const outcome = await server.write([])
  // Some refuse it because there is nothing in it, which is all that can be wrong with it.
  if (outcome.kind === 'later') throw outcome.error
  return 'It takes remote write from us'
}
