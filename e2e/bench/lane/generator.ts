import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { payload, payloadOf, topicCount, topics } from './load.ts'

/** Plays a broker that knows one subscriber and hardly looks at what it gets. */
export function generate(): void {
  const server = createServer((socket) => serve(socket))
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (typeof address === 'object') process.send!(address!.port)
  })
}

function serve(socket: Socket): void {
  socket.setNoDelay(true)
  let isConnected = false
  let received = 0
  let limit = Infinity
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    if (!isConnected) {
      isConnected = true
      socket.write(Buffer.from([0x20, 2, 0, 0]))
      return
    }
    const isSubscribe = chunk[0] === 0x82
    if (isSubscribe) {
      const filters = filtersOf(chunk)
      const granted = filters.map(() => 0)
      socket.write(Buffer.from([0x90, 2 + granted.length, chunk[2]!, chunk[3]!, ...granted]))
      // The number of messages is asked for by the first filter.
      const filter = filters[0]!
      limit = Number(filter.split('/')[1])
      blast(socket, limit)
      if (!filter.endsWith('/echo/#')) return
    }
    if (!isSubscribe) received += chunk.length
    if (received >= limit * packetBytes) socket.write(last)
  })
}

function filtersOf(subscribe: Buffer): string[] {
  const filters: string[] = []
  for (let at = 4; at < 2 + subscribe[1]!;) {
    const length = subscribe.readUInt16BE(at)
    filters.push(subscribe.toString('latin1', at + 2, at + 2 + length))
    at += 3 + length
  }
  return filters
}

/** A message that says: all has arrived. */
const last = publishPacket('done/all', '0')
const packetBytes = publishPacket('bench/device-0000', payload).length

function publishPacket(topic: string, body: string): Buffer {
  const length = 2 + topic.length + body.length
  const size = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
  return Buffer.concat([
    Buffer.from([0x30, ...size, topic.length >> 8, topic.length & 255]),
    Buffer.from(topic + body),
  ])
}

function blast(socket: Socket, count: number): void {
  const block: Buffer[] = []
  for (let device = 0; device < topicCount; device += 1) {
    block.push(publishPacket(topics[device]!, payloadOf(device)))
  }
  const bytes = Buffer.concat(block)
  let left = count
  const more = (): void => {
    while (left > 0) {
      left -= topicCount
      if (!socket.write(bytes)) {
        socket.once('drain', more)
        return
      }
    }
  }
  more()
}
