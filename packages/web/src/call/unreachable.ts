import { toOperatingError } from '@millrace/sdk'

/** A sentence for whatever kept a request from being answered. */
export function unreachable(error: unknown, host: string): string {
  const { code, message } = toOperatingError(error)
  if (code.startsWith('WEB_')) return message
  const why = sentences.get(code) ?? (message === '' ? code : message)
  return `${host} cannot be reached: ${why}.`
}

const sentences: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing answers there. Does the server run, and is this its port?'],
  ['ENOTFOUND', 'the name leads to no address. Is it spelled right?'],
  ['EAI_AGAIN', 'the name cannot be looked up now'],
  ['ECONNRESET', 'it closed the connection'],
  ['ETIMEDOUT', 'it did not answer in time'],
  ['EHOSTUNREACH', 'no way leads there'],
  ['EPROTO', 'it does not speak TLS there. Is the address one of http, not https?'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS there. Is the address one of http?'],
  ['HPE_INVALID_CONSTANT', 'what answers there does not speak HTTP'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', unknownAuthority()],
  ['SELF_SIGNED_CERT_IN_CHAIN', unknownAuthority()],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', unknownAuthority()],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name. Set "Server name"'],
])

function unknownAuthority(): string {
  return 'its certificate is signed by no known authority. Set "Certificate authority"'
}
