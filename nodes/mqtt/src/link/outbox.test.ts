import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { PacketIds } from '../wire/packet-ids.ts'
import { packetType } from '../wire/packet-type.ts'
import type { Qos } from '../wire/packet-type.ts'
import { Outbox } from './outbox.ts'
import type { Allowance } from './outbox.ts'
import { SocketWriter } from './socket-writer.ts'

const allowed: Allowance = {
  isSessionPresent: true,
  receiveMax: 65_535,
  qosMax: 2,
  packetBytesMax: 268_435_455,
  isRetainAvailable: true,
}

function bench(options: { inFlightMax?: number; bufferMax?: number } = {}) {
  let isTaking = true
  let written: Buffer[] = []
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      written.push(Buffer.from(chunk))
      if (isTaking) done()
    },
  })
  const writer = new SocketWriter({ soon: () => undefined, onCongestion: () => undefined })
  writer.attach(socket)
  const outbox = new Outbox({
    writer,
    ids: new PacketIds(),
    isVersion5: true,
    inFlightMax: options.inFlightMax ?? 2,
    bufferMax: options.bufferMax ?? 5,
    onChange: () => undefined,
  })
  const done: string[] = []
  const publish = (payload: string, qos: Qos = 1, retain = false) => {
    outbox.publish({ topic: 't', payload, qos, retain }, (error) => {
      done.push(error === undefined ? payload : `${payload}: ${(error as { code: string }).code}`)
    })
  }
  /** Packets written since the last time, in short: type, flags, id and payload. */
  const sent = () => {
    writer.flush()
    const bytes = Buffer.concat(written)
    written = []
    const packets: string[] = []
    for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) {
      const first = bytes[at] ?? 0
      const end = at + 2 + (bytes[at + 1] ?? 0)
      const isPublish = first >> 4 === packetType.publish
      const qos = (first >> 1) & 3
      const idAt = isPublish ? at + 5 : at + 2
      const id = isPublish && qos === 0 ? '' : ` #${bytes.readUInt16BE(idAt)}`
      const payload = isPublish ? ` ${bytes.toString('utf8', idAt + (qos > 0 ? 3 : 1), end)}` : ''
      packets.push(`${first.toString(16)}${id}${payload}`)
    }
    return packets
  }
  const stall = () => (isTaking = false)
  return { outbox, publish, sent, done, writer, stall }
}

test('keeps no more in flight than allowed, and sends on as confirmations come', () => {
  const { outbox, publish, sent, done } = bench()
  outbox.onConnected(allowed)
  for (const payload of ['a', 'b', 'c']) publish(payload)
  expect(sent()).toEqual(['32 #1 a', '32 #2 b'])
  outbox.onAnswer(packetType.puback, 2, 0)
  expect([sent(), done]).toEqual([['32 #3 c'], ['b']])
  expect(outbox.onAnswer(packetType.puback, 99, 0)).toBe(false)
})

test('sends again after a reconnect what was not confirmed, first and marked as repeated', () => {
  const { outbox, publish, sent, done } = bench()
  outbox.onConnected(allowed)
  for (const payload of ['a', 'b', 'c']) publish(payload)
  sent()
  outbox.onDisconnected()
  publish('d')
  outbox.onConnected(allowed)
  expect(sent()).toEqual(['3a #1 a', '3a #2 b'])
  for (const id of [1, 2]) outbox.onAnswer(packetType.puback, id, 0)
  expect(sent()).toEqual(['32 #3 c', '32 #4 d'])
  expect(done).toEqual(['a', 'b'])
})

test('takes QoS 2 through its four steps, and from where it was after a reconnect', () => {
  const { outbox, publish, sent, done } = bench()
  outbox.onConnected(allowed)
  publish('a', 2)
  publish('b', 2)
  expect(sent()).toEqual(['34 #1 a', '34 #2 b'])
  outbox.onAnswer(packetType.pubrec, 1, 0)
  expect(sent()).toEqual(['62 #1'])
  outbox.onDisconnected()
  outbox.onConnected(allowed)
  expect(sent()).toEqual(['62 #1', '3c #2 b'])
  outbox.onAnswer(packetType.pubcomp, 1, 0)
  outbox.onAnswer(packetType.pubrec, 2, 0)
  outbox.onAnswer(packetType.pubcomp, 2, 0)
  expect(done).toEqual(['a', 'b'])
  outbox.onDisconnected()
  publish('c', 2)
  outbox.onConnected({ ...allowed, isSessionPresent: false })
  expect(sent().at(-1)).toBe('34 #3 c')
})

test('publishes anew what the broker has forgotten with the session', () => {
  const { outbox, publish, sent } = bench()
  outbox.onConnected(allowed)
  publish('a', 2)
  outbox.onAnswer(packetType.pubrec, 1, 0)
  sent()
  outbox.onDisconnected()
  outbox.onConnected({ ...allowed, isSessionPresent: false })
  expect(sent()).toEqual(['34 #2 a'])
})

test('says why the broker refused a message', () => {
  const { outbox, publish, done } = bench()
  outbox.onConnected(allowed)
  publish('a')
  outbox.onAnswer(packetType.puback, 1, 0x87)
  expect(done).toEqual(['a: MQTT_PUBLISH_REFUSED'])
})

test('keeps to what the broker allows', () => {
  const { outbox, publish, sent, done } = bench()
  outbox.onConnected({
    ...allowed,
    receiveMax: 1,
    qosMax: 1,
    packetBytesMax: 20,
    isRetainAvailable: false,
  })
  expect(() => outbox.publishNow({ topic: 't', payload: '', qos: 0, retain: true })).toThrow(
    'The broker keeps no retained messages.',
  )
  publish('too high', 2)
  publish('kept', 1, true)
  publish('x'.repeat(30))
  publish('a')
  publish('b')
  expect(sent()).toEqual(['32 #2 a'])
  expect(done).toEqual([
    'too high: MQTT_QOS_REFUSED',
    'kept: MQTT_RETAIN_REFUSED',
    `${'x'.repeat(30)}: MQTT_PACKET_TOO_LONG`,
  ])
})

test('keeps a bounded number while offline, then refuses', () => {
  const { outbox, publish, sent, done } = bench()
  for (const payload of ['1', '2', '3', '4', '5']) publish(payload, payload === '3' ? 1 : 0)
  expect(outbox.fill).toBe(1)
  expect(() => publish('6')).toThrow('The buffer for messages to the broker is full.')
  outbox.onConnected(allowed)
  expect(sent()).toEqual(['30 1', '30 2', '32 #1 3', '30 4', '30 5'])
  expect(done).toEqual(['1', '2', '4', '5'])
})

test('writes many small messages at once, and long ones by themselves', () => {
  const { outbox, sent } = bench()
  outbox.onConnected(allowed)
  const quick = (payload: string) =>
    outbox.publishNow({ topic: 't', payload, qos: 0, retain: false })
  expect([quick('a'), quick('b')]).toEqual([true, true])
  expect(sent()).toEqual(['30 a', '30 b'])
})

test('listens for one drain only, and tells when it comes', () => {
  const { outbox, writer, stall } = bench()
  outbox.onConnected(allowed)
  stall()
  for (let count = 0; count < 1000; count += 1) {
    outbox.publishNow({ topic: 't', payload: 'x'.repeat(1000), qos: 0, retain: false })
    writer.flush()
  }
  expect(writer.isCongested).toBe(true)
  expect(writer.backlog).toBeGreaterThan(900_000)
})
