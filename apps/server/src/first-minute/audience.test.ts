import { describe, expect, it } from 'vitest'
import { Audience } from './audience.ts'

describe('Audience', () => {
  it.each([
    ['plant/#', true],
    ['plant/+/x', true],
    ['+/x', true],
    ['#', true],
    ['$share/group/plant/#', true],
    ['$share/group/other/#', false],
    ['plants/#', false],
    ['other', false],
    ['', false],
  ])('is there for %s: %s', (filter, isThere) => {
    const audience = new Audience('plant')
    audience.subscribed('c', [filter])
    expect(audience.isThere).toBe(isThere)
  })

  it('leaves when its last filter or client does', () => {
    const audience = new Audience('plant')
    audience.subscribed('a', ['plant/1', '#', 'x'])
    audience.subscribed('b', ['plant/2'])
    audience.left('b')
    audience.unsubscribed('a', ['#', 'x'])
    expect(audience.isThere).toBe(true)
    audience.unsubscribed('a', ['plant/1'])
    audience.unsubscribed('nobody', ['plant/1'])
    expect(audience.isThere).toBe(false)
  })
})
