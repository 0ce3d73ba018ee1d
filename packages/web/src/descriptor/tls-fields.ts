import type { FieldCondition } from '@millrace/sdk/descriptor'
import { describe } from '@millrace/sdk/descriptor'

/** TLS towards a server, whatever the address; a connection spreads them into its fields. */
export const tlsFields = describe({
  type: 'web/tls',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'lock',
  inputs: [],
  outputs: [],
  fields: {
    isVerified: {
      kind: 'boolean',
      label: 'Verify the certificate',
      section: 'TLS',
      advanced: true,
      default: true,
      help: 'Without it, anybody in between can read and change everything.',
    },
    ca: {
      kind: 'code',
      language: 'text',
      label: 'Certificate authority (PEM)',
      advanced: true,
      when: { field: 'isVerified', is: [true] },
      help: 'For servers whose certificate is not signed by a public authority.',
    },
    serverName: {
      kind: 'text',
      label: 'Server name',
      advanced: true,
      maxLength: 253,
      help: 'The name in the certificate, where it differs from the host.',
    },
    clientCertificate: { kind: 'secret', label: 'Client certificate (PEM)', advanced: true },
    clientKey: { kind: 'secret', label: 'Client key (PEM)', advanced: true },
  },
}).fields

const { isVerified, ca, serverName, clientCertificate, clientKey } = tlsFields

/** The same, there only while a condition holds, such as that the address is one of `https`. */
export function tlsFieldsWhen(when: FieldCondition) {
  return {
    isVerified: { ...isVerified, when },
    // Asking for a field asks for its condition, too.
    ca,
    serverName: { ...serverName, when },
    clientCertificate: { ...clientCertificate, when },
    clientKey: { ...clientKey, when },
  } as const
}

/** Those of a connection with the address in `url`. */
export const httpsFields = tlsFieldsWhen({ field: 'url', begins: ['https:'] })
