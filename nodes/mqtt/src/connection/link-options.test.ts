import type { ConnectionContext } from '@millrace/sdk'
import { checkDescriptor, completeConfig, manualTime } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { mqttConnectionDescriptor } from './descriptor.ts'
import { linkOptions } from './link-options.ts'

function optionsOf(config: Readonly<Record<string, unknown>>) {
  const { fields } = mqttConnectionDescriptor
  const nothing = () => undefined
  const { clock } = manualTime()
  const context: ConnectionContext<typeof mqttConnectionDescriptor> = {
    id: 'plant',
    name: 'Plant',
    flow: 'line-4',
    // Completed against this descriptor's own fields.
    config: completeConfig(fields, config, {}) as never,
    clock,
    timers: {
      after: () => ({ cancel: nothing }),
      every: () => ({ cancel: nothing }),
      soon: nothing,
    },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  }
  return linkOptions(context)
}

test('is described as node types have to be', () => {
  expect(checkDescriptor(mqttConnectionDescriptor)).toEqual([])
})

test.each([
  [{}, 1883],
  [{ protocol: 'mqtts' }, 8883],
  [{ protocol: 'ws' }, 80],
  [{ protocol: 'wss' }, 443],
  [{ protocol: 'wss', port: 8084 }, 8084],
])('connects with %j to port %i', (config, port) => {
  expect(optionsOf(config).target.port).toBe(port)
})

test('takes an address of version 6 as it is written in a URL', () => {
  expect(optionsOf({ host: '[::1]' }).target.host).toBe('::1')
})

test('finds a persistent session again, and keeps clean ones apart', () => {
  const clientId = (config: object) => optionsOf({ ...config }).client.clientId
  const persistent = { session: 'persistent' }
  expect([clientId(persistent), clientId(persistent)]).toEqual([
    'millrace-line-4-plant',
    'millrace-line-4-plant',
  ])
  expect(clientId({})).not.toBe(clientId({}))
  expect(clientId({ clientId: 'mine' })).toBe('mine')
  const isClean = (config: object) => optionsOf({ ...config }).client.clean
  expect([isClean({}), isClean({ clientId: 'mine' }), isClean(persistent)]).toEqual([
    true,
    false,
    false,
  ])
  expect(isClean({ clientId: 'mine', session: 'clean' })).toBe(true)
})

test('asks for a session as long as is set, with MQTT 5 only', () => {
  const persistent = { session: 'persistent', sessionExpiryMs: 3_600_000, keepAliveMs: 30_000 }
  expect(optionsOf(persistent).client).toMatchObject({
    protocolVersion: 5,
    clean: false,
    keepalive: 30,
    properties: { sessionExpiryInterval: 3600, receiveMaximum: 1000 },
  })
  const older = optionsOf({ ...persistent, version: '3.1.1' }).client
  expect(older).toMatchObject({ protocolVersion: 4, clean: false })
  expect(older.properties).toBe(undefined)
})

test('passes on credentials and the last will', () => {
  const { client } = optionsOf({
    username: 'u',
    password: 'p',
    hasWill: true,
    willTopic: 'gone',
    willPayload: 'bye',
    willQos: '1',
    willRetain: true,
  })
  expect(client).toMatchObject({
    username: 'u',
    password: Buffer.from('p'),
    will: { topic: 'gone', payload: Buffer.from('bye'), qos: 1, retain: true },
  })
  expect(optionsOf({}).client).not.toHaveProperty('will')
})
