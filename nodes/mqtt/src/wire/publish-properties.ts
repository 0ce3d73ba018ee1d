import { MalformedPacket } from './malformed-packet.ts'

/** What a publisher with MQTT 5 said beside topic and payload. */
export interface PublishProperties {
  contentType?: string
  responseTopic?: string
  correlationData?: Uint8Array
  messageExpiryS?: number
  isText?: boolean
  userProperties?: Record<string, string | string[]>
}

/** Gives `undefined` when there are none that a flow could use. */
export function readPublishProperties(
  bytes: Buffer,
  start: number,
  end: number,
): PublishProperties | undefined {
  const reader = new Reader(bytes, start, end)
  const properties: PublishProperties = {}
  let isEmpty = true
  while (reader.at < end) {
    if (readProperty(reader, properties)) isEmpty = false
  }
  return isEmpty ? undefined : properties
}

/** MQTT 5 section 3.3.2.3. Gives whether the property is one to pass on. */
function readProperty(reader: Reader, properties: PublishProperties): boolean {
  const id = reader.byte()
  switch (id) {
    case 0x01:
      properties.isText = reader.byte() === 1
      return true
    case 0x02:
      properties.messageExpiryS = reader.uint32()
      return true
    case 0x03:
      properties.contentType = reader.text()
      return true
    case 0x08:
      properties.responseTopic = reader.text()
      return true
    case 0x09:
      properties.correlationData = Uint8Array.from(reader.binary())
      return true
    case 0x26:
      addUserProperty(properties, reader.text(), reader.text())
      return true
    case 0x0b:
      reader.skipVariableInteger()
      return false
    case 0x23:
      // MQTT-3.3.2-8: we offer no aliases, so none may be used.
      throw new MalformedPacket('The broker used a topic alias although none was offered.')
    default:
      throw new MalformedPacket(`A PUBLISH has the unknown property ${id}.`)
  }
}

function addUserProperty(properties: PublishProperties, name: string, value: string): void {
  // Names come from outside: no prototype that `__proto__` could reach.
  properties.userProperties ??= Object.create(null) as Record<string, string | string[]>
  const all = properties.userProperties
  const before = all[name]
  if (before === undefined) all[name] = value
  else if (Array.isArray(before)) before.push(value)
  else all[name] = [before, value]
}

class Reader {
  at: number
  private readonly bytes: Buffer
  private readonly end: number

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  byte(): number {
    return this.bytes.readUInt8(this.take(1))
  }

  uint32(): number {
    return this.bytes.readUInt32BE(this.take(4))
  }

  binary(): Buffer {
    const length = this.bytes.readUInt16BE(this.take(2))
    const start = this.take(length)
    return this.bytes.subarray(start, start + length)
  }

  text(): string {
    return this.binary().toString('utf8')
  }

  skipVariableInteger(): void {
    for (let count = 1; this.byte() >= 0x80; count += 1) {
      if (count === 4) throw new MalformedPacket('A number in a PUBLISH has more than 4 bytes.')
    }
  }

  private take(length: number): number {
    const start = this.at
    this.at += length
    if (this.at > this.end) throw new MalformedPacket('A property goes beyond its packet.')
    return start
  }
}
