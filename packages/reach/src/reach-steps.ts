import { lookup } from 'node:dns/promises'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock, Timers } from '@millrace/sdk'
import { NodeError } from '@millrace/sdk'
import { certificateText, expectCertificate } from './certificate.ts'
import { networkProblem } from './network-problem.ts'
import { withoutBrackets } from './place.ts'
import type { Where } from './place.ts'
import type { Step } from './step.ts'
import { checkPem, tlsOptions } from './tls-options.ts'
import type { TlsSettings } from './tls-options.ts'
import { within } from './within.ts'

export interface ReachOptions extends Where {
  /** Without it the connection is made without TLS, and there is no step for it. */
  readonly tls?: TlsSettings | undefined
  /** Each step is given up after so long. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly timers: Timers
}

/**
 * The first steps of a connection test: the name leads to an address, the port takes a connection,
 * and with TLS the certificate is good. Each throws a `NodeError` whose sentence names the setting
 * to change. To be followed by the steps of the protocol, all of them taken by `takeSteps`.
 */
export function reachSteps(given: ReachOptions): readonly Step[] {
  const { tls } = given
  const options = { ...given, host: withoutBrackets(given.host), isSecure: tls !== undefined }
  const steps: Step[] = [
    { name: 'Name', run: () => resolveName(options) },
    { name: 'TCP connection', run: () => connect(options) },
  ]
  if (tls !== undefined) {
    steps.push({ name: 'TLS certificate', run: () => seeCertificate(options, tls) })
  }
  return steps.map(({ name, run }) => ({ name, run: () => explained(run, options) }))
}

async function explained<Result>(run: () => Promise<Result>, where: Where): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof NodeError) throw error
    const { kind, text } = networkProblem(error, where)
    throw new NodeError(codes[kind] ?? 'CONNECTION_FAILED', text, { cause: error })
  }
}

const codes: Readonly<Record<string, string>> = {
  'unknown-host': 'HOST_UNKNOWN',
  refused: 'CONNECT_REFUSED',
  'no-answer': 'CONNECT_TIMEOUT',
  lost: 'CONNECTION_LOST',
  'no-tls': 'TLS_MISSING',
  untrusted: 'TLS_UNTRUSTED',
  expired: 'TLS_EXPIRED',
  'wrong-name': 'TLS_WRONG_NAME',
  'client-certificate': 'TLS_CLIENT_CERTIFICATE',
  tls: 'TLS_FAILED',
}

function resolveName({ host, timers, timeoutMs }: ReachOptions): Promise<string> {
  return within({ timers, limitMs: timeoutMs }, (resolve, reject) => {
    lookup(host, { all: true }).then(
      (found) => resolve(found.map(({ address }) => address).join(', ')),
      reject,
    )
    return () => undefined
  })
}

function connect({ host, port, timers, timeoutMs }: ReachOptions): Promise<string> {
  return within({ timers, limitMs: timeoutMs }, (resolve, reject) => {
    const socket = connectTcp({ host, port })
    socket.once('connect', () => resolve(`${socket.remoteAddress}, port ${port}`))
    socket.on('error', reject)
    return () => socket.destroy()
  })
}

/** Looks at the certificate even where it is not good, to tell what is wrong with it. */
async function seeCertificate(options: ReachOptions, tls: TlsSettings): Promise<string> {
  checkPem(tls)
  const { host, port, timers, timeoutMs, clock } = options
  return within({ timers, limitMs: timeoutMs }, (resolve, reject) => {
    const usual = tlsOptions(host, tls)
    const socket = connectTls({ host, port, ...usual, rejectUnauthorized: false })
    socket.once('secureConnect', () => {
      const found = {
        certificate: socket.getPeerX509Certificate(),
        problem: socket.authorizationError,
        protocol: socket.getProtocol() ?? 'TLS',
        now: clock.now(),
      }
      try {
        if (tls.isVerified) expectCertificate(found, options)
        resolve(certificateText(found))
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    })
    socket.on('error', reject)
    return () => socket.destroy()
  })
}
