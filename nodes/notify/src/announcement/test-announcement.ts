import { itemOf } from '../policy/item.ts'
import type { Announcement } from '../policy/dispatch.ts'

/** What the Test button of a connection sends. */
export function testAnnouncement(now: number): Announcement {
  const text = 'This is a test: Millrace can send alerts here.'
  const item = itemOf({ payload: text, time: now }, { now, link: '' })
  return { items: [item], passed: 0, id: `test-${now}`, share: 1 }
}
