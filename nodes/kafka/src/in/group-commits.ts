import type { GroupMember } from '../group/group-member.ts'

/** Tells the consumer group how far it has come, once at a time; what comes meanwhile goes together. */
export class GroupCommits {
  /** Settles when all that was added is told, or could not be. */
  done: Promise<void> = Promise.resolve()
  private readonly member: Pick<GroupMember, 'commit'>
  private readonly onFailed: (error: unknown) => void
  private waiting: ReadonlyMap<string, number> | undefined

  constructor(member: Pick<GroupMember, 'commit'>, onFailed: (error: unknown) => void) {
    this.member = member
    this.onFailed = onFailed
  }

  /** By name of the partition. */
  add(positions: ReadonlyMap<string, number>): void {
    const isFirst = this.waiting === undefined
    this.waiting = new Map([...(this.waiting ?? []), ...positions])
    if (isFirst) this.done = this.done.then(() => this.tell())
  }

  /** The partitions are somebody else's: what was not yet told is not told any more. */
  drop(): void {
    if (this.waiting !== undefined) this.waiting = new Map()
  }

  private async tell(): Promise<void> {
    const positions = this.waiting ?? new Map<string, number>()
    this.waiting = undefined
    const offsets = [...positions].map(([name, offset]) => {
      const at = name.lastIndexOf('/')
      return { topic: name.slice(0, at), partition: Number(name.slice(at + 1)), offset }
    })
    try {
      if (offsets.length > 0) await this.member.commit(offsets)
    } catch (error) {
      this.onFailed(error)
    }
  }
}
