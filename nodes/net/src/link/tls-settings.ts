import { tlsFields } from '@millrace/web/descriptor'

const secure = { field: 'isTls', is: [true] } as const
const asClient = { ...secure, and: { field: 'mode', is: ['connect'] } } as const

/** TLS of a node that connects or listens, as its field `mode` says. */
export const eitherTlsFields = {
  isTls: {
    kind: 'boolean',
    label: 'Encrypt with TLS',
    section: 'TLS',
    advanced: true,
    default: false,
  },
  isVerified: {
    kind: 'boolean',
    label: tlsFields.isVerified.label,
    advanced: true,
    default: true,
    help: tlsFields.isVerified.help,
    when: asClient,
  },
  ca: {
    ...tlsFields.ca,
    help: 'Of the other side: for servers of no public authority; for clients, only those it signed may come.',
    when: secure,
  },
  serverName: { ...tlsFields.serverName, when: asClient },
  clientCertificate: {
    ...tlsFields.clientCertificate,
    label: 'Own certificate (PEM)',
    when: secure,
  },
  clientKey: { ...tlsFields.clientKey, label: 'Own key (PEM)', when: secure },
} as const
