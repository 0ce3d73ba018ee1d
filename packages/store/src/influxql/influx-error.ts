/** What is wrong with an InfluxQL query, as InfluxDB would say it. */
export class InfluxError extends Error {
  override readonly name = 'InfluxError'
}
