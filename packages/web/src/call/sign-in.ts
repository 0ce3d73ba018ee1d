/** How to sign in, as the fields of `signInFields` name it. */
export interface SignIn {
  readonly auth: 'none' | 'basic' | 'bearer'
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly token?: string | undefined
}

/** The headers that sign a request in. */
export function signInHeaders({ auth, username, password, token }: SignIn): Record<string, string> {
  if (auth === 'none') return {}
  if (auth === 'bearer') return { authorization: `Bearer ${token ?? ''}` }
  const pair = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')
  return { authorization: `Basic ${pair}` }
}
