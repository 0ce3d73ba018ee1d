import { NodeError } from '@millrace/sdk'
import type { Announcement } from '../policy/dispatch.ts'
import type { Outcome } from '../policy/outcome.ts'

/** A receiver that a test works: it notes what comes and answers as it is told. */
export interface FakeReceiver {
  readonly announcements: Announcement[]
  /** What it answers from now on; `undefined` answers nothing. */
  answer: Outcome | undefined
  readonly send: (announcement: Announcement) => Promise<Outcome>
}

export const sent: Outcome = { kind: 'sent' }
export const dead: Outcome = {
  kind: 'later',
  error: new NodeError('NOTIFY_UNREACHABLE', 'Nothing answers.'),
}

export function fakeReceiver(): FakeReceiver {
  const announcements: Announcement[] = []
  const receiver: FakeReceiver = {
    announcements,
    answer: sent,
    send: (announcement) => {
      announcements.push(announcement)
      const { answer } = receiver
      return answer === undefined ? new Promise(() => undefined) : Promise.resolve(answer)
    },
  }
  return receiver
}
