import { connect, connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import { describeWith } from './describe-with.ts'
import { startInfluxd, startMosquitto, startVictoriaMetrics, type Service } from './index.ts'
import { isListening } from './until.ts'

const started: { stop: () => Promise<void> }[] = []

async function keep<Started extends Service>(starting: Promise<Started>): Promise<Started> {
  const service = await starting
  started.push(service)
  return service
}

async function client(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const connected = await connectAsync(url, { reconnectPeriod: 0, ...options })
  started.unshift({ stop: () => connected.endAsync(true) })
  return connected
}

afterEach(async () => {
  for (const { stop } of started.splice(0)) await stop()
})

const nextPayload = (from: MqttClient) =>
  new Promise<string>((resolve) =>
    from.once('message', (_topic, payload) => resolve(String(payload))),
  )

describeWith(['mosquitto'], 'mosquitto', () => {
  test('carries a message, and its port is free again when it has stopped', async () => {
    const broker = await keep(startMosquitto())
    const subscriber = await client(broker.url)
    await subscriber.subscribeAsync('plant/#')
    const received = nextPayload(subscriber)
    await (await client(broker.url, { protocolVersion: 5 })).publishAsync('plant/a', '21.5')
    expect(await received).toBe('21.5')
    await broker.stop()
    expect(broker.isRunning()).toBe(false)
    expect(await isListening(broker.port)).toBe(false)
  })

  test('lets in only who knows the password', async () => {
    const user = { name: 'plant', password: 'correct horse' }
    const broker = await keep(startMosquitto({ user }))
    await client(broker.url, { username: user.name, password: user.password })
    const stranger = connect(broker.url, { reconnectPeriod: 0 })
    const refusal = await new Promise<Error>((resolve) => stranger.once('error', resolve))
    expect(refusal.message).toContain('Not authorized')
    await stranger.endAsync(true)
  })

  test('speaks MQTT over WebSocket', async () => {
    const broker = await keep(startMosquitto({ hasWebSocket: true }))
    const subscriber = await client(broker.webSocketUrl ?? '')
    await subscriber.subscribeAsync('a')
    const received = nextPayload(subscriber)
    await subscriber.publishAsync('a', 'over a socket')
    expect(await received).toBe('over a socket')
  })

  test('keeps what was retained when it is killed and comes back on the same port', async () => {
    const broker = await keep(startMosquitto({ isPersistent: true }))
    const publisher = await client(broker.url)
    await publisher.publishAsync('a', 'kept', { qos: 1, retain: true })
    await publisher.endAsync()
    await broker.restart()
    await broker.kill()
    expect(broker.isRunning()).toBe(false)
    await broker.restart()
    const subscriber = await client(broker.url)
    const received = nextPayload(subscriber)
    await subscriber.subscribeAsync('a')
    expect(await received).toBe('kept')
  })
})

describeWith(['mosquitto', 'openssl'], 'mosquitto with TLS', () => {
  test('is trusted by who knows its certificate and by nobody else', async () => {
    const broker = await keep(startMosquitto({ hasTls: true }))
    await client(broker.tlsUrl ?? '', { ca: broker.authority ?? '' })
    const stranger = connect(broker.tlsUrl ?? '', { reconnectPeriod: 0 })
    const refusal = await new Promise<Error>((resolve) => stranger.once('error', resolve))
    expect(refusal.message).toContain('self-signed certificate')
    await stranger.endAsync(true)
  })
})

describeWith(['influxd'], 'influxd', () => {
  test('stores a point over a kill and gives it back', async () => {
    const database = await keep(startInfluxd({ databases: ['plant'] }))
    const write = await fetch(`${database.url}/write?db=plant&precision=ms`, {
      method: 'POST',
      body: 'climate,device=a temperature=21.5 1700000000000',
    })
    expect(write.status).toBe(204)
    await database.kill()
    await database.restart()
    expect(await database.query('SELECT * FROM climate', 'plant')).toEqual([
      { measurement: 'climate', time: 1_700_000_000_000, device: 'a', temperature: 21.5 },
    ])
    await expect(database.query('SELECT nonsense')).rejects.toThrow('influxd: error parsing query')
  })

  test('asks for a password', async () => {
    const user = { name: 'plant', password: 'secret' }
    const database = await keep(startInfluxd({ user, databases: ['plant'] }))
    const write = await fetch(`${database.url}/write?db=plant`, { method: 'POST', body: 'a b=1' })
    expect(write.status).toBe(401)
    expect(await database.query('SHOW DATABASES')).toContainEqual({
      measurement: 'databases',
      name: 'plant',
    })
  })
})

describeWith(['victoria-metrics'], 'victoria-metrics', () => {
  test('takes points by the 2.x write path', async () => {
    const database = await keep(startVictoriaMetrics())
    const time = Date.now()
    const write = await fetch(`${database.url}/api/v2/write?bucket=plant&precision=ms`, {
      method: 'POST',
      body: `climate,device=a temperature=21.5 ${time}`,
    })
    expect(write.status).toBe(204)
    expect(await database.series('climate_temperature')).toEqual([
      {
        metric: { __name__: 'climate_temperature', device: 'a' },
        values: [21.5],
        timestamps: [time],
      },
    ])
  })
})
