import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { freePorts, until } from '@millrace/services'
import type { Connector } from '../suite/connector.ts'
import { numberIn, Numbers } from '../suite/seen-numbers.ts'

export const netUdp: Connector = {
  system: 'UDP',
  against: 'our own sockets',
  services: [],
  nodes: { source: 'net/udp-in', sink: 'net/udp-out' },
  leavesOut: {
    server: 'there is no connection that could break, and nobody who could be slow',
    secrets: 'there are none',
  },
  open: async () => {
    const [port = 0] = await freePorts(1)
    const [sender, receiver] = [createSocket('udp4'), createSocket('udp4')]
    const seen = new Numbers()
    receiver.on('message', (bytes) => seen.add(numberIn(bytes.toString())))
    await new Promise<void>((resolve) => void receiver.bind(0, '127.0.0.1', resolve))
    return {
      source: {
        config: () => ({ host: '127.0.0.1', port, format: 'json' }),
        write: async (_place, numbers) => {
          await listening(port)
          await sendAll(
            sender,
            port,
            numbers.map((n) => Buffer.from(JSON.stringify({ n }))),
          )
          return numbers
        },
        writeRaw: async (_place, body) => {
          await listening(port)
          await send(sender, port, body)
        },
        // Longer than a datagram.
        cannotCarry: ['large'],
        malformed: { body: Buffer.from('{"n":'), code: 'FORMAT_DECODE' },
        saysDropped: /\d+ dropped, the flow was behind/,
      },
      sink: {
        config: () => ({ port: receiver.address().port }),
        watch: () => Promise.resolve(seen.watch()),
        refuses: ['large'],
      },
      mistakes: [
        {
          name: 'a host that is not ours',
          change: {},
          names: /Host/,
          node: { source: { host: '203.0.113.1' }, sink: { host: 'nowhere.invalid' } },
        },
        {
          name: 'a group that is none',
          change: {},
          names: /Group/,
          node: { source: { isMulticast: true, group: '127.0.0.1' } },
        },
      ],
      close: () => Promise.all([close(sender), close(receiver)]),
    }
  },
}

/** A datagram to where nobody listens yet is lost, and nobody says so; the table of Linux does. */
async function listening(port: number): Promise<void> {
  if (process.platform !== 'linux') return
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} `
  const isThere = async () => (await readFile('/proc/net/udp', 'utf8')).includes(local)
  // Where nobody comes the test that follows says what is missing.
  await until(isThere, { timeoutMs: 5_000, what: 'somebody listens' }).catch(() => undefined)
}

const atOnce = 50

/** In portions that fit into the buffer of the one who listens. */
async function sendAll(
  sender: Socket,
  port: number,
  datagrams: readonly Uint8Array[],
): Promise<void> {
  for (let from = 0; from < datagrams.length; from += atOnce) {
    const portion = datagrams.slice(from, from + atOnce)
    // oxlint-disable-next-line no-await-in-loop -- one portion after the other
    await Promise.all(portion.map((datagram) => send(sender, port, datagram)))
    // oxlint-disable-next-line no-await-in-loop
    await pause(2)
  }
}

const send = (sender: Socket, port: number, datagram: Uint8Array) =>
  new Promise<void>((resolve, reject) =>
    sender.send(datagram, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
  )

const close = (socket: Socket) => new Promise<void>((resolve) => void socket.close(() => resolve()))
