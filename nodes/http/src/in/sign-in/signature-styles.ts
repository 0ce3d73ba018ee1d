/** How a sender signs what it sends. */
export interface SignatureStyle {
  /** In lower case, as all header names here. */
  readonly header: string
  readonly algorithm: 'sha1' | 'sha256' | 'sha512'
  readonly encoding: 'hex' | 'base64'
  /** What stands before the signature in its header. */
  readonly prefix: string
  /** What stands between several signatures in the header; absent when there is only one. */
  readonly separator?: string
  /** What is signed: text with `{body}`, and where they are there `{timestamp}` and `{id}`. */
  readonly signed: string
  readonly timestampHeader?: string
  /** For a time that stands in the header of the signature itself. */
  readonly timestampPrefix?: string
  readonly idHeader?: string
  /** What stands before a secret that is written in base64. */
  readonly secretPrefix?: string
}

/** As their documentation says. */
export const signatureStyles = {
  github: {
    header: 'x-hub-signature-256',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'sha256=',
    signed: '{body}',
  },
  stripe: {
    header: 'stripe-signature',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'v1=',
    separator: ',',
    signed: '{timestamp}.{body}',
    timestampPrefix: 't=',
  },
  slack: {
    header: 'x-slack-signature',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'v0=',
    signed: 'v0:{timestamp}:{body}',
    timestampHeader: 'x-slack-request-timestamp',
  },
  shopify: {
    header: 'x-shopify-hmac-sha256',
    algorithm: 'sha256',
    encoding: 'base64',
    prefix: '',
    signed: '{body}',
  },
  grafana: {
    header: 'x-grafana-alerting-signature',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: '',
    signed: '{body}',
  },
  // https://www.standardwebhooks.com, which Svix began and many senders follow.
  standard: {
    header: 'webhook-signature',
    algorithm: 'sha256',
    encoding: 'base64',
    prefix: 'v1,',
    separator: ' ',
    signed: '{id}.{timestamp}.{body}',
    timestampHeader: 'webhook-timestamp',
    idHeader: 'webhook-id',
    secretPrefix: 'whsec_',
  },
} as const satisfies Record<string, SignatureStyle>
