import { NodeError, sink } from '@millrace/sdk'
import { Dispatch } from '../policy/dispatch.ts'
import type { MailSender } from '../smtp/mail-server.ts'
import { composeMail } from './compose-mail.ts'
import { emailDescriptor } from './descriptor.ts'

export const email = sink(emailDescriptor, (context) => {
  const { config } = context
  const server = asServer(config.server)
  const { to, prefix, listedMax } = config
  const dispatch = new Dispatch(context, config, {
    isJoined: true,
    receiver: {
      name: server.name,
      send: (announcement) => server.sendMail(composeMail(announcement, { to, prefix, listedMax })),
    },
  })
  return {
    onMessage: (message) => dispatch.take(message),
    onEnd: () => dispatch.end(),
    close: () => dispatch.close(),
  }
})

/** The handle of a `notify/smtp`, which is what the descriptor lets the field refer to. */
function asServer(handle: unknown): MailSender {
  if (typeof handle === 'object' && handle !== null && 'sendMail' in handle) {
    return handle as MailSender
  }
  throw new NodeError('MAIL_NO_SERVER', 'Choose a mail server.')
}
