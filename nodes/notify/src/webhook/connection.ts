import { connection } from '@millrace/sdk'
import { ChatWebhook } from './chat-webhook.ts'
import type { ChatChannel } from './chat-webhook.ts'
import { webhookDescriptor } from './descriptor.ts'
import { testSteps } from './test-steps.ts'

export const webhook = connection<typeof webhookDescriptor, ChatChannel>(
  webhookDescriptor,
  (context) => {
    const channel = new ChatWebhook(context)
    return { handle: channel, close: () => channel.close() }
  },
  testSteps,
)
