import { isSameText } from './same-text.ts'

/** Who may call in, as the fields of `admissionFields` name it. */
export interface Admission {
  readonly admission: 'all' | 'basic' | 'token'
  readonly admitUser?: string | undefined
  readonly admitPassword?: string | undefined
  readonly admitToken?: string | undefined
}

/** What of a request says who asks. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | readonly string[]>>
}

/**
 * Whether a request may come in. A token may be given as `Bearer` or `Token`; user and password
 * also as `u` and `p` in the query, as clients of InfluxDB 1.x do, and a token as the password.
 * What is set to nothing admits nobody.
 */
export function isAdmitted(admission: Admission, credentials: Credentials): boolean {
  if (admission.admission === 'all') return true
  const given = givenBy(credentials)
  if (given === undefined) return false
  if (admission.admission === 'token') {
    const { admitToken = '' } = admission
    return admitToken !== '' && isSameText(given.password, admitToken)
  }
  const { admitUser = '', admitPassword = '' } = admission
  const isUser = isSameText(given.user, admitUser)
  return isSameText(given.password, admitPassword) && isUser && admitPassword !== ''
}

interface Given {
  readonly user: string
  readonly password: string
}

function givenBy({ headers, query }: Credentials): Given | undefined {
  const [scheme = '', rest = ''] = (headers['authorization'] ?? '').split(/ +(.*)/s)
  const kind = scheme.toLowerCase()
  if (kind === 'bearer') return { user: '', password: rest.trim() }
  // InfluxDB: also `Token user:password` in its compatibility mode.
  if (kind === 'token') return { ...pairOf(rest.trim()), password: passwordOf(rest.trim()) }
  if (kind === 'basic') return pairOf(Buffer.from(rest, 'base64').toString('utf8'))
  const { u, p } = query
  return typeof p === 'string' ? { user: typeof u === 'string' ? u : '', password: p } : undefined
}

function pairOf(text: string): Given {
  const at = text.indexOf(':')
  return at < 0
    ? { user: '', password: text }
    : { user: text.slice(0, at), password: text.slice(at + 1) }
}

function passwordOf(text: string): string {
  return pairOf(text).password
}
