import { placeOfUrl, reachSteps, takeSteps } from '@millrace/reach'
import type { Step } from '@millrace/reach'
import type { ConnectionContext, TestStep } from '@millrace/sdk'
import { testAnnouncement } from '../announcement/test-announcement.ts'
import { tlsOf } from '../post/tls-of.ts'
import { addressLabel, addressOf, ChatWebhook } from './chat-webhook.ts'
import type { webhookDescriptor } from './descriptor.ts'

type Context = ConnectionContext<typeof webhookDescriptor>

/** What the Test button does: in the end a message in the channel, as there is no other way to know. */
export async function* testSteps(context: Context): AsyncGenerator<TestStep> {
  const channel = new ChatWebhook(context)
  try {
    yield* takeSteps([
      { name: 'Address', run: async () => addressOf(context.config.url).host },
      ...reachOf(context),
      { name: 'Test message', run: () => tell(channel, context) },
    ])
  } finally {
    channel.close()
  }
}

function reachOf({ config, clock, timers }: Context): readonly Step[] {
  const url = URL.parse(config.url?.trim() ?? '')
  if (url === null) return []
  const { isSecure, ...place } = placeOfUrl(url.href, addressLabel)
  const tls = isSecure ? tlsOf(config) : undefined
  return reachSteps({ ...place, tls, timeoutMs: config.timeoutMs, clock, timers })
}

async function tell(channel: ChatWebhook, { clock }: Context): Promise<string> {
  const announcement = testAnnouncement(clock.now())
  const outcome = await channel.send(announcement, { prefix: '', listedMax: 1 })
  if (outcome.kind !== 'sent') throw outcome.error
  return `${channel.name} took a message: look for it in the channel.`
}
