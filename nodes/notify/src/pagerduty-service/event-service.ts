import { NodeError } from '@millrace/sdk'
import type { ConnectionContext } from '@millrace/sdk'
import type { Outcome } from '../policy/outcome.ts'
import { Poster } from '../post/post.ts'
import type { Told } from '../post/read-answer.ts'
import { tlsOf } from '../post/tls-of.ts'
import type { pagerdutyServiceDescriptor } from './descriptor.ts'

type Context = ConnectionContext<typeof pagerdutyServiceDescriptor>

/** Takes events of PagerDuty's Events API, version 2; what the nodes of a flow share. */
export interface EventService {
  /** `event` is all but the key. Never rejects. */
  enqueue(event: object): Promise<Outcome>
}

export const addressLabel = 'Address'

export class PagerdutyService implements EventService {
  private readonly context: Context
  private readonly poster: Poster

  constructor(context: Context) {
    const { config, clock, timers } = context
    this.context = context
    const { timeoutMs } = config
    const tls = tlsOf(config)
    const isFixed = !isAddressSet(config)
    this.poster = new Poster({ clock, timers, timeoutMs, tls, addressLabel, isFixed, ...words })
  }

  enqueue(event: object): Promise<Outcome> {
    const { integrationKey } = this.context.config
    const body = JSON.stringify({ routing_key: integrationKey?.trim() ?? '', ...event })
    return this.poster.post(() => this.address, { body, ownOutcome: keyProblem })
  }

  get address(): URL {
    const { region, url } = this.context.config
    return new URL(region === 'other' ? (url ?? '') : addresses[region])
  }

  close(): void {
    this.poster.close()
  }
}

/** The address is a field of its own, beside those of PagerDuty's regions. */
export function isAddressSet({ region }: Context['config']): boolean {
  return region === 'other'
}

const addresses = {
  us: 'https://events.pagerduty.com/v2/enqueue',
  eu: 'https://events.eu.pagerduty.com/v2/enqueue',
} as const

const words = { name: 'PagerDuty', refusedHint: 'Check the "Integration key".' }

/** A wrong key is said with the status of a wrong event, but a person can mend it. */
function keyProblem({ status, body }: Told): Outcome | undefined {
  if (status !== 400 || !/routing_key|routing key|integration key/i.test(body)) return undefined
  const text = 'PagerDuty does not know the "Integration key". Copy it from the integration again.'
  return { kind: 'later', error: new NodeError('NOTIFY_NOT_ACCEPTED', text) }
}
