import { NodeError, sink } from '@millrace/sdk'
import { Dispatch } from '../policy/dispatch.ts'
import type { ChatChannel } from '../webhook/chat-webhook.ts'
import { chatDescriptor } from './descriptor.ts'

export const chat = sink(chatDescriptor, (context) => {
  const { config } = context
  const channel = asChannel(config.channel)
  const dispatch = new Dispatch(context, config, {
    isJoined: true,
    receiver: { name: channel.name, send: (announcement) => channel.send(announcement, config) },
  })
  return {
    onMessage: (message) => dispatch.take(message),
    onEnd: () => dispatch.end(),
    close: () => dispatch.close(),
  }
})

/** The handle of a `notify/webhook`, which is what the descriptor lets the field refer to. */
function asChannel(handle: unknown): ChatChannel {
  if (typeof handle === 'object' && handle !== null && 'send' in handle) {
    return handle as ChatChannel
  }
  throw new NodeError('NOTIFY_NO_CHANNEL', 'Choose a channel.')
}
