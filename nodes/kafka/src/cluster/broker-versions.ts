import { apiVersionsV3 } from '@platformatic/kafka'
import type { BrokerLinks } from './broker-links.ts'
import type { BrokerPlace } from './kafka-error.ts'

/** A request in one of its versions. */
export interface RequestVersion {
  readonly key: number
  readonly version: number
}

type Newest = ReadonlyMap<number, number>

/** Which requests brokers know, asked of each once. */
export class BrokerVersions {
  private readonly links: BrokerLinks
  private readonly asked = new Map<string, Promise<Newest>>()

  constructor(links: BrokerLinks) {
    this.links = links
  }

  /** Throws a `KafkaError` where the broker does not answer. */
  async knows(place: BrokerPlace, { key, version }: RequestVersion): Promise<boolean> {
    const newest = await this.newestOf(place)
    return (newest.get(key) ?? -1) >= version
  }

  /** The broker failed: it may be another one when it is back. */
  forget({ host, port }: BrokerPlace): void {
    this.asked.delete(`${host}:${port}`)
  }

  private newestOf(place: BrokerPlace): Promise<Newest> {
    const name = `${place.host}:${place.port}`
    const known = this.asked.get(name)
    if (known !== undefined) return known
    const asking = this.ask(place)
    this.asked.set(name, asking)
    asking.catch(() => this.forget(place))
    return asking
  }

  /** One that does not even know this request answers without a list. */
  private async ask(place: BrokerPlace): Promise<Newest> {
    const { apiKeys } = await this.links.ask(place, apiVersionsV3.api, 'millrace', '1')
    return new Map(apiKeys.map(({ apiKey, maxVersion }) => [apiKey, maxVersion]))
  }
}
