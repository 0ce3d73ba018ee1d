/** What came from the broker is not MQTT; the connection has to be given up. */
export class MalformedPacket extends Error {
  override readonly name = 'MalformedPacket'
  /** Shown by the client library for errors of the stream that have a code. */
  readonly code = 'MQTT_MALFORMED_PACKET'
}
