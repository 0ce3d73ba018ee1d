import type { Clock } from '@millrace/sdk'

/** A broker that was just started may not know yet of topics that there are. */
const absentAfterMs = 5_000

/** Topics that brokers say there are not, and since when they say so. */
export class AbsentTopics {
  private readonly clock: Clock
  private readonly since = new Map<string, number>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** After an answer; gives those that all answers of some seconds did not have. */
  answered(asked: readonly string[], isThere: (topic: string) => boolean): readonly string[] {
    const now = this.clock.monotonic()
    return asked.filter((topic) => {
      if (isThere(topic)) {
        this.since.delete(topic)
        return false
      }
      const since = this.since.get(topic) ?? now
      this.since.set(topic, since)
      return now - since >= absentAfterMs
    })
  }
}
