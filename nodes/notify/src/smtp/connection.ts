import { connection } from '@millrace/sdk'
import { smtpDescriptor } from './descriptor.ts'
import { MailServer } from './mail-server.ts'
import type { MailSender } from './mail-server.ts'
import { testSteps } from './test-steps.ts'

export const smtp = connection<typeof smtpDescriptor, MailSender>(
  smtpDescriptor,
  (context) => {
    const server = new MailServer(context)
    return { handle: server, close: () => server.close() }
  },
  testSteps,
)
