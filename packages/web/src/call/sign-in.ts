import { NodeError } from '@millrace/sdk'

/** How to sign in, as the fields of `signInFields` name it. */
export interface SignIn {
  readonly auth: 'none' | 'basic' | 'bearer' | 'header'
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly token?: string | undefined
  readonly keyHeader?: string | undefined
  readonly key?: string | undefined
}

/** The headers that sign a request in. */
export function signInHeaders(signIn: SignIn): Record<string, string> {
  const { username = '', password = '', token = '', keyHeader = '', key = '' } = signIn
  switch (signIn.auth) {
    case 'none':
      return {}
    case 'bearer':
      return { authorization: `Bearer ${token}` }
    case 'basic': {
      const pair = Buffer.from(`${username}:${password}`).toString('base64')
      return { authorization: `Basic ${pair}` }
    }
    case 'header':
      return keyHeader === '' ? {} : { [keyHeader.trim().toLowerCase()]: key }
  }
}

/** Headers kept as one secret, a line for each. Throws for a line that is none, without showing it. */
export function secretHeaders(text: string | undefined): Record<string, string> {
  const lines = (text ?? '').split(/\r\n|\r|\n/).map((line) => line.trim())
  const rows = lines.flatMap((line, at) => (line === '' ? [] : [headerOf(line, at + 1)]))
  return Object.fromEntries(rows)
}

function headerOf(line: string, number: number): readonly [string, string] {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*)$/.exec(line) ?? []
  if (name !== undefined && value !== undefined) return [name.toLowerCase(), value]
  const text = `Line ${number} of "Further secret headers" is no header: write Name: value.`
  throw new NodeError('WEB_SECRET_HEADERS', text)
}
