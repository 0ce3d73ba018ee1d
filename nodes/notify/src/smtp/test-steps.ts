import { reachSteps, takeSteps } from '@millrace/reach'
import type { ConnectionContext, TestStep } from '@millrace/sdk'
import { tlsOf } from '../post/tls-of.ts'
import type { smtpDescriptor } from './descriptor.ts'
import { MailServer } from './mail-server.ts'

type Context = ConnectionContext<typeof smtpDescriptor>

/** What the Test button does. It sends no mail. */
export async function* testSteps(context: Context): AsyncGenerator<TestStep> {
  const { config, clock, timers } = context
  const server = new MailServer(context)
  const tls = config.security === 'tls' ? tlsOf(config) : undefined
  try {
    yield* takeSteps([
      ...reachSteps({ ...server.place, tls, timeoutMs: config.timeoutMs, clock, timers }),
      { name: signInName(context), run: () => signIn(server, context) },
    ])
  } finally {
    server.close()
  }
}

function signInName({ config }: Context): string {
  return config.security === 'starttls' ? 'STARTTLS and sign-in' : 'Sign-in'
}

async function signIn(server: MailServer, { config }: Context): Promise<string> {
  await server.verify()
  return config.auth === 'none' ? 'Ready, without sign-in' : `Signed in as ${config.username}`
}
