import { expect, test } from 'vitest'
import { networkProblem } from './network-problem.ts'

const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
const where = { host: 'events.example.org', port: 443 }

test('names the setting to look at', () => {
  expect(networkProblem(unknown, where).text).toBe(
    'The name "events.example.org" leads to no address. Is it spelled right under Host?',
  )
})

test('names no setting of a place that none of them sets', () => {
  expect(networkProblem(unknown, { ...where, isFixed: true }).text).toBe(
    'The name "events.example.org" leads to no address. Does this machine reach the internet?',
  )
})
