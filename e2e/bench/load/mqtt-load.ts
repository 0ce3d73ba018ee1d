/**
 * The generator process. Either it is the broker itself (`direct`), so that nothing stands between
 * it and the system under test, or it is a publisher and a subscriber at a real broker.
 * It is told what to do over IPC and answers with what it saw.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { connectPacket, packetReader, publishPacket, subscribePacket } from './mqtt-bytes.ts'

export interface LoadPlan {
  /** Messages to send. */
  readonly count: number
  /** Messages a second; 0 sends as fast as markers come back. */
  readonly ratePerSecond: number
  /** Distinct devices; topics are `bench/in/d<n>`. */
  readonly devices: number
  /** One message in this many has `value` below 10. */
  readonly oneIn: number
  /** Whether every message comes back on `bench/out`; otherwise only markers do. */
  readonly isEcho: boolean
  /** With 1 a run is over when all is acknowledged. */
  readonly qos?: 0 | 1
  /** Ends a run that makes no progress for this long. */
  readonly patienceMs: number
}

export interface LoadResult {
  readonly sent: number
  /** Messages that came back on `bench/out…`. */
  readonly received: number
  readonly elapsedMs: number
  /** Microseconds, sorted; empty without echo. */
  readonly latenciesUs: readonly number[]
}

type Order =
  | { readonly do: 'listen' }
  | { readonly do: 'connect'; readonly port: number }
  | { readonly do: 'run'; readonly plan: LoadPlan }

const markerEvery = 200
const markersOpenMax = 10
const latencyEvery = 20
/** As many as go out ahead of their acknowledgements; the markers' window is the same. */
const unacknowledgedMax = markerEvery * markersOpenMax

let toSystem: Socket | undefined
let server: Server | undefined
let onEcho: (bytes: Buffer, from: number, to: number) => void = () => undefined
let onMarker: () => void = () => undefined
let onAcknowledged: () => void = () => undefined

process.on('message', (order: Order) => {
  void obey(order).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit(0))

async function obey(order: Order): Promise<unknown> {
  if (order.do === 'listen') return { port: await listen() }
  if (order.do === 'connect') return connectTo(order.port)
  return run(order.plan)
}

function listen(): Promise<number> {
  return new Promise((resolve) => {
    server = createServer((socket) => serve(socket))
    server.listen(0, '127.0.0.1', () => {
      const address = server?.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

/** The broker's side: answers what a client needs, and takes its publications in. */
function serve(socket: Socket): void {
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on(
    'data',
    packetReader((type, bytes, from, to, flags) => {
      if (type === 1) socket.write(Buffer.from([0x20, 2, 0, 0]))
      else if (type === 3) {
        take(bytes, from, to)
        if ((flags & 6) !== 0) acknowledge(socket, bytes, from)
      } else if (type === 4) onAcknowledged()
      else if (type === 8) {
        toSystem = socket
        // One reason code for each filter that was asked for [MQTT-3.8.4-5].
        const codes = grantedTo(bytes, from + 2, to)
        const id = [bytes.readUInt8(from), bytes.readUInt8(from + 1)]
        socket.write(Buffer.from([0x90, 2 + codes.length, ...id, ...codes]))
      } else if (type === 10) {
        socket.write(Buffer.from([0xb0, 2, bytes.readUInt8(from), bytes.readUInt8(from + 1)]))
      } else if (type === 12) socket.write(Buffer.from([0xd0, 0]))
    }),
  )
}

/** The QoS that is given for each filter: the one asked for, at most 1. */
function grantedTo(bytes: Buffer, from: number, to: number): readonly number[] {
  const granted: number[] = []
  for (let at = from; at < to; at += 3 + bytes.readUInt16BE(at)) {
    granted.push(Math.min(1, bytes.readUInt8(at + 2 + bytes.readUInt16BE(at))))
  }
  return granted
}

let acknowledgements: Buffer[] = []

/** In one write a turn. */
function acknowledge(socket: Socket, bytes: Buffer, from: number): void {
  const at = from + 2 + bytes.readUInt16BE(from)
  if (acknowledgements.length === 0) {
    setImmediate(() => {
      socket.write(Buffer.concat(acknowledgements))
      acknowledgements = []
    })
  }
  acknowledgements.push(Buffer.from([0x40, 2, bytes.readUInt8(at), bytes.readUInt8(at + 1)]))
}

async function connectTo(port: number): Promise<object> {
  const subscriber = await client(port, 'bench-subscriber')
  subscriber.write(subscribePacket(1, 'bench/out/#'))
  subscriber.write(subscribePacket(2, 'bench/marked/#'))
  toSystem = await client(port, 'bench-publisher')
  return {}
}

function client(port: number, id: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(connectPacket(id)))
    socket.setNoDelay(true)
    socket.on(
      'data',
      packetReader((type, bytes, from, to) => {
        if (type === 2) resolve(socket)
        else if (type === 3) take(bytes, from, to)
      }),
    )
  })
}

function take(bytes: Buffer, from: number, to: number): void {
  const isMarker = bytes.readUInt8(from + 2 + 6) === 109 // 'm' of bench/marked
  if (isMarker) onMarker()
  else onEcho(bytes, from + 2 + bytes.readUInt16BE(from), to)
}

function run(plan: LoadPlan): Promise<LoadResult> {
  return new Promise((resolve) => {
    const socket = toSystem
    if (socket === undefined) throw new Error('the system under test has not subscribed')
    const latenciesUs: number[] = []
    let sent = 0
    let received = 0
    let markersOpen = 0
    let unacknowledged = 0
    let lastProgress = performance.now()
    const started = performance.now()

    onEcho = (bytes, from, to) => {
      received += 1
      lastProgress = performance.now()
      if (plan.isEcho && received % latencyEvery === 0) {
        const sentAt = sentAtOf(bytes, from, to)
        if (sentAt > 0) latenciesUs.push((lastProgress - sentAt) * 1000)
      }
    }
    onMarker = () => {
      markersOpen -= 1
      lastProgress = performance.now()
      if (plan.ratePerSecond === 0) pump()
    }
    onAcknowledged = () => {
      unacknowledged -= 1
      lastProgress = performance.now()
      if (plan.ratePerSecond === 0) pump()
    }

    const packets: Buffer[] = []
    const sendUpTo = (target: number): void => {
      while (sent < target) {
        packets.push(packetOf(plan, sent))
        sent += 1
        if (plan.qos === 1) unacknowledged += 1
        if (sent % markerEvery === 0 || sent === plan.count) {
          packets.push(publishPacket('bench/marker', '{"marker":1}'))
          markersOpen += 1
        }
      }
      if (packets.length > 0) socket.write(Buffer.concat(packets))
      packets.length = 0
    }
    const pump = (): void => {
      const most = unacknowledgedMax - markerEvery
      while (sent < plan.count && markersOpen < markersOpenMax && unacknowledged <= most) {
        sendUpTo(Math.min(plan.count, sent + markerEvery))
      }
    }
    const paced = (): void => {
      const due = Math.floor(((performance.now() - started) / 1000) * plan.ratePerSecond)
      sendUpTo(Math.min(plan.count, due))
    }
    if (plan.ratePerSecond === 0) pump()
    const pacer = plan.ratePerSecond === 0 ? undefined : setInterval(paced, 1)
    const isComplete = (): boolean =>
      sent === plan.count &&
      markersOpen === 0 &&
      unacknowledged === 0 &&
      (!plan.isEcho || received >= plan.count)
    const watcher = setInterval(() => {
      const now = performance.now()
      const isStuck = now - lastProgress > plan.patienceMs
      if (!isComplete() && !isStuck) return
      clearInterval(watcher)
      if (pacer !== undefined) clearInterval(pacer)
      latenciesUs.sort((a, b) => a - b)
      resolve({ sent, received, elapsedMs: lastProgress - started, latenciesUs })
    }, 5)
  })
}

/** 120 bytes of JSON, as a sensor would send them. */
function packetOf(plan: LoadPlan, index: number): Buffer {
  const device = `d${String(index % plan.devices).padStart(4, '0')}`
  const value = Math.floor(index / plan.devices + index) % plan.oneIn === 0 ? 5 : 50
  const text = `{"device":"${device}","seq":${index},"value":${value}.25,"sent":${performance.now().toFixed(3)},"unit":"C","site":"`
  const id = plan.qos === 1 ? 1 + (index % 65_535) : undefined
  return publishPacket(`bench/in/${device}`, `${text.padEnd(118, 'x')}"}`, id)
}

function sentAtOf(bytes: Buffer, from: number, to: number): number {
  const text = bytes.toString('latin1', from, to)
  const at = text.indexOf('"sent":')
  return at < 0 ? 0 : Number.parseFloat(text.slice(at + 7))
}
