import { Connection } from '@platformatic/kafka'
import type { API, ConnectionOptions } from '@platformatic/kafka'
import { connectionError, KafkaError } from './kafka-error.ts'
import type { BrokerPlace } from './kafka-error.ts'

/** Network connections to the brokers of a cluster for one purpose, each opened when it is used. */
export class BrokerLinks {
  private readonly clientId: string
  private readonly optionsFor: (place: BrokerPlace) => ConnectionOptions
  private readonly open = new Map<string, Promise<Connection>>()
  private isClosed = false

  constructor(clientId: string, optionsFor: (place: BrokerPlace) => ConnectionOptions) {
    this.clientId = clientId
    this.optionsFor = optionsFor
  }

  /** Asks a broker. An answer that has errors in it is an answer; throws a `KafkaError` without one. */
  async ask<Args extends unknown[], Answer>(
    place: BrokerPlace,
    api: API<Args, Answer>,
    ...args: Args
  ): Promise<Answer> {
    const connection = await this.to(place)
    try {
      return await api.async(connection, ...args)
    } catch (error) {
      // The client throws for any error within an answer, and gives the answer with it.
      if (typeof error === 'object' && error !== null && 'response' in error) {
        const { response } = error
        if (response !== undefined && response !== null) return response as Answer
      }
      throw connectionError(error, place)
    }
  }

  async close(): Promise<void> {
    this.isClosed = true
    const open = [...this.open.values()]
    this.open.clear()
    await Promise.all(
      open.map(async (opening) => {
        const connection = await opening.catch(() => undefined)
        // `close` of the client waits for what was sent; nobody waits for answers any more.
        connection?.socket.destroy()
      }),
    )
  }

  private to(place: BrokerPlace): Promise<Connection> {
    const key = `${place.host}:${place.port}`
    const known = this.open.get(key)
    if (known !== undefined) return known
    const connection = new Connection(this.clientId, this.optionsFor(place))
    const opening = this.connect(connection, place)
    const forget = (): void => {
      if (this.open.get(key) === opening) this.open.delete(key)
    }
    connection.on('error', forget)
    connection.on('close', forget)
    opening.catch(forget)
    this.open.set(key, opening)
    return opening
  }

  private async connect(connection: Connection, place: BrokerPlace): Promise<Connection> {
    if (this.isClosed) throw closed()
    try {
      await connection.connect(place.host, place.port)
    } catch (error) {
      connection.socket?.destroy()
      throw connectionError(error, place)
    }
    if (!this.isClosed) return connection
    connection.socket.destroy()
    throw closed()
  }
}

function closed(): KafkaError {
  return new KafkaError('KAFKA_CLOSED', 'The connection to Kafka was closed.')
}
