import type { X509Certificate } from 'node:crypto'
import { NodeError } from '@millrace/sdk'
import type { Where } from './place.ts'

/** A certificate as a server showed it. */
export interface SeenCertificate {
  readonly certificate: X509Certificate | undefined
  /** Why it is not trusted: a code such as `CERT_HAS_EXPIRED`. */
  readonly problem: Error | string | null | undefined
  /** Such as TLSv1.3. */
  readonly protocol: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

const dayMs = 86_400_000
const soonDays = 21

/** Throws what is wrong with it: an expired one with its day, others by their code. */
export function expectCertificate(seen: SeenCertificate, { peer = 'server' }: Where): void {
  const { certificate, problem, now } = seen
  if (certificate !== undefined && Date.parse(certificate.validTo) < now) {
    throw new NodeError(
      'TLS_EXPIRED',
      `The certificate of the ${peer} expired on ${dayOf(certificate.validTo)}: have it renewed there.`,
    )
  }
  if (certificate !== undefined && Date.parse(certificate.validFrom) > now) {
    const from = dayOf(certificate.validFrom)
    throw new NodeError(
      'TLS_EXPIRED',
      `The certificate of the ${peer} is valid only from ${from} on: is the clock of this machine right?`,
    )
  }
  if (problem === null || problem === undefined || problem === '') return
  if (problem instanceof Error) throw problem
  const cert = { subjectaltname: certificate?.subjectAltName ?? '' }
  throw Object.assign(new Error(String(problem)), { code: String(problem), cert })
}

/** Such as "TLSv1.3, for localhost, valid for 89 more days". */
export function certificateText({ certificate, problem, protocol, now }: SeenCertificate): string {
  if (certificate === undefined) return `${protocol}, without a certificate`
  const isTrusted = problem === null || problem === undefined || problem === ''
  const days = Math.floor((Date.parse(certificate.validTo) - now) / dayMs)
  return [
    protocol,
    `for ${nameOf(certificate)}`,
    ...(isTrusted ? [] : ['not verified']),
    expiryText(days),
  ].join(', ')
}

function expiryText(days: number): string {
  if (days < 0) return 'expired'
  const left = `valid for ${days} more ${days === 1 ? 'day' : 'days'}`
  return days < soonDays ? `${left}: renew it soon` : left
}

function nameOf({ subject, subjectAltName }: X509Certificate): string {
  const common = /^CN=(.*)$/m.exec(subject)?.[1]
  return common ?? subjectAltName?.replaceAll(/(DNS|IP Address):/g, '') ?? 'nobody'
}

function dayOf(text: string): string {
  return new Date(Date.parse(text)).toISOString().slice(0, 10)
}
