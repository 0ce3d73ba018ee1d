import { expect, test } from 'vitest'
import { webSocketFields } from './web-socket-fields.ts'

const address = new RegExp(`^(?:${webSocketFields.url.pattern})$`, 'u')

test.each(['ws://a', 'wss://a.b:80/x?y=a:b@c', 'ws://user@a/x', 'ws://[::1]:8080'])(
  'takes %s',
  (text) => expect(text).toMatch(address),
)

test.each(['ws://user:password@a/x', 'http://a', 'ws://'])('does not take %s', (text) =>
  expect(text).not.toMatch(address),
)
