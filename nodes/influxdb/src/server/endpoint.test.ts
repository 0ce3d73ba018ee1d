import { expect, test } from 'vitest'
import { endpointOf } from './endpoint.ts'

const url = 'https://influx.example.org/base/'

test('writes to version 1 with user and password', () => {
  const { writeUrl, headers } = endpointOf({
    version: '1',
    url,
    database: 'plant a',
    retentionPolicy: 'week',
    username: 'u',
    password: 'p',
  })
  expect(writeUrl('us').href).toBe(
    'https://influx.example.org/base/write?db=plant+a&rp=week&precision=u',
  )
  expect(headers).toEqual({ authorization: `Basic ${btoa('u:p')}` })
})

test('writes to version 2 with a token', () => {
  const { writeUrl, headers } = endpointOf({
    version: '2',
    url,
    organization: 'o',
    bucket: 'b',
    token: 't',
  })
  expect(writeUrl('ns').href).toBe(
    'https://influx.example.org/base/api/v2/write?org=o&bucket=b&precision=ns',
  )
  expect(headers).toEqual({ authorization: 'Token t' })
})

test('writes to version 3, waiting until it is durable', () => {
  const { writeUrl, headers } = endpointOf({ version: '3', url, database: 'd', token: 't' })
  expect(writeUrl('ms').href).toBe(
    'https://influx.example.org/base/api/v3/write_lp?db=d&precision=millisecond&accept_partial=true&no_sync=false',
  )
  expect(headers).toEqual({ authorization: 'Bearer t' })
})
