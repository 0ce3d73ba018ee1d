/** What is wrong with a query, in the kinds of Prometheus's API. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly kind: 'bad_data' | 'execution'

  constructor(message: string, kind: 'bad_data' | 'execution' = 'bad_data') {
    super(message)
    this.kind = kind
  }
}
