import { expect, test } from 'vitest'
import { isGuarded, refuseGuarded } from './egress-guard.ts'

test.each([
  'http://169.254.169.254./',
  'http://0xA9FEA9FE/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::169.254.169.254]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[64:ff9b::100.100.100.200]/',
  'http://[2002:a9fe:a9fe::1]/',
  'http://[fe80::1]/',
  'http://168.63.129.16/',
  'http://192.0.0.192/',
  'http://[fd20:ce::254]/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
])('refuses %s, in whatever way it is written', (address) => {
  expect(() => refuseGuarded(new URL(address).hostname)).toThrow('hand out credentials')
})

test.each(['10.0.0.1', '::1', '127.0.0.1', '64:ff9b::a00:1', 'example.org'])(
  'lets %s be called',
  (host) => expect(isGuarded(host)).toBe(false),
)
