import { createHash, timingSafeEqual } from 'node:crypto'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import type { HttpRequest } from '@millrace/sdk'
import type { httpInDescriptor } from '../descriptor.ts'
import { signatureRuleOf, whySignatureIsWrong } from './signature.ts'

type Config = ConfigOf<typeof httpInDescriptor>

/** Why a request is not from whom it should be, or `undefined` when it is. */
export type CheckSignIn = (request: HttpRequest, nowMs: number) => Denial | undefined

export interface Denial {
  readonly message: string
  /** What the sender should have done, for the header WWW-Authenticate. */
  readonly challenge?: string
}

export function signInCheck(config: Config): CheckSignIn {
  switch (config.auth) {
    case 'none':
      return () => undefined
    case 'bearer':
      return authorizationCheck('Bearer', config.token ?? '', 'Bearer')
    case 'basic': {
      const pair = `${config.username}:${config.password ?? ''}`
      const credentials = Buffer.from(pair).toString('base64')
      return authorizationCheck('Basic', credentials, 'Basic realm="flow", charset="UTF-8"')
    }
    case 'signature': {
      const rule = signatureRuleOf(config)
      return (request, nowMs) => {
        const message = whySignatureIsWrong(request, rule, nowMs)
        return message === undefined ? undefined : { message }
      }
    }
  }
}

/** RFC 9110, 11.4: the scheme's name is written in any case. */
function authorizationCheck(scheme: string, expected: string, challenge: string): CheckSignIn {
  const start = `${scheme.toLowerCase()} `
  return ({ headers }) => {
    const given = headers['authorization']
    if (given === undefined) return { message: 'The header Authorization is missing.', challenge }
    const isOfScheme = given.toLowerCase().startsWith(start)
    const credentials = isOfScheme ? given.slice(start.length).trim() : ''
    // An empty secret lets nobody in.
    if (expected !== '' && isSameSecret(credentials, expected)) return undefined
    return { message: `The ${scheme} credentials are wrong.`, challenge }
  }
}

/** In a time that tells nothing of where they differ, nor of how long the secret is. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
