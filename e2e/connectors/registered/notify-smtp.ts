import { startMailReceiver } from '../receivers/mail-receiver.ts'
import type { ReceivedMail } from '../receivers/mail-receiver.ts'
import type { Connector } from '../suite/connector.ts'
import { eachAlone } from './notify-webhook.ts'

const user = { name: 'millrace', password: 'a-right-password' }

export const notifySmtp: Connector = {
  system: 'E-mail',
  against: 'the npm package smtp-server',
  services: [],
  nodes: { connection: 'notify/smtp', sink: 'notify/email' },
  open: async () => {
    const receiver = await startMailReceiver({ user })
    const { port } = receiver
    const config = {
      host: '127.0.0.1',
      port,
      security: 'none',
      from: 'millrace@example.org',
      username: user.name,
      timeoutMs: 3_000,
    }
    const secrets = { password: user.password }
    return {
      server: {
        kill: () => receiver.kill(),
        restart: () => receiver.restart(),
        stop: () => receiver.kill(),
        halt: () => receiver.halt(),
      },
      connection: { config, secrets },
      sink: {
        config: (place) => ({
          ...eachAlone,
          server: 'peer',
          to: 'night@example.org',
          text: `${place} is {{ payload.n }}.`,
        }),
        watch: (place) =>
          Promise.resolve({
            numbers: () => Promise.resolve(receiver.mails.flatMap((mail) => numberIn(mail, place))),
          }),
      },
      mistakes: [
        {
          name: 'a port where nobody listens',
          change: { config: { ...config, port: 9 } },
          names: /Port/,
        },
        {
          name: 'a name that leads nowhere',
          change: { config: { ...config, host: 'nowhere.invalid' } },
          names: /Host/,
        },
        {
          name: 'a wrong password',
          change: { secrets: { password: 'a-wrong-password' } },
          names: /Password/,
        },
        {
          name: 'STARTTLS where it is not offered',
          change: { config: { ...config, security: 'starttls' } },
          names: /Transport/,
        },
      ],
    }
  },
}

function numberIn({ source }: ReceivedMail, place: string): readonly number[] {
  const found = new RegExp(`${place} is (-?\\d+)\\.`).exec(source)
  return found === null ? [] : [Number(found[1])]
}
