import type { API } from '@platformatic/kafka'
import type { BrokerLinks } from '../cluster/broker-links.ts'
import type { KafkaCluster } from '../cluster/kafka-cluster.ts'
import { brokerError, connectionError, KafkaError } from '../cluster/kafka-error.ts'
import type { BrokerPlace } from '../cluster/kafka-error.ts'

interface CoordinatorParts {
  readonly cluster: KafkaCluster
  readonly links: BrokerLinks
  readonly groupId: string
}

/** The broker that coordinates a group, as far as that is known. */
export class Coordinator {
  private readonly parts: CoordinatorParts
  private place: BrokerPlace | undefined

  constructor(parts: CoordinatorParts) {
    this.parts = parts
  }

  get isKnown(): boolean {
    return this.place !== undefined
  }

  /** It is looked for anew before it is asked again. */
  forget(): void {
    this.place = undefined
  }

  /** Throws a `KafkaError` without an answer. */
  async ask<Args extends unknown[], Answer>(
    api: API<Args, Answer>,
    ...args: Args
  ): Promise<Answer> {
    const { cluster, links, groupId } = this.parts
    this.place ??= await cluster.coordinator('group', groupId)
    return links.ask(this.place, api, ...args)
  }

  refusal(errorCode: number): KafkaError {
    const error = brokerError(errorCode)
    if (hasMoved(error)) this.forget()
    return error
  }

  asKafkaError(error: unknown): KafkaError {
    return error instanceof KafkaError ? error : connectionError(error, this.place ?? noPlace)
  }
}

/** Another broker coordinates the group by now, or will. */
export function hasMoved({ reason }: KafkaError): boolean {
  return reason !== undefined && moved.has(reason)
}

const noPlace: BrokerPlace = { host: 'the brokers', port: 0 }
const moved: ReadonlySet<string> = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
])
