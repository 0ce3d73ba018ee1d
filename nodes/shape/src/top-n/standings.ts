import { NodeError } from '@millrace/sdk'
import type { KeyedState, Message } from '@millrace/sdk'
import { digestKey } from '../keys/state-key.ts'
import type { StateKey } from '../keys/state-key.ts'
import { Ranking } from './ranking.ts'
import type { Placed, Rules, Value } from './ranking.ts'

/** A message that competes, as it is stored. */
export interface Entry {
  /** Start of the stretch of time; null where there is one ranking for all time. */
  readonly start: number | null
  readonly group: StateKey
  readonly value: Value
  readonly number: number
  /** Processing time of its last message, in milliseconds since the epoch. */
  readonly at: number
  readonly message: Message
}

export interface Candidate {
  readonly start: number | null
  readonly group: StateKey
  readonly value: Value
  /** What has one place for all its messages; undefined for a place of its own. */
  readonly identity: unknown
  readonly at: number
  readonly message: Message
}

export interface StandingsRules extends Rules {
  readonly counts: 'newest' | 'best'
  /** Whether something may have one place for several messages. */
  readonly hasIdentity: boolean
  readonly entriesMax: number
  /** Told of each that is kept no longer, unless it was asked for. */
  readonly onGone?: (id: StateKey) => void
}

/**
 * All rankings of a node, each message stored under a key of its own, so that one more costs what
 * it is and not what is there. Who cannot come into the top any more is not kept.
 */
export class Standings {
  private readonly entries: KeyedState<Entry>
  private readonly rules: StandingsRules
  /** By the start of their stretch and by group. */
  private readonly rankings = new Map<number | null, Map<StateKey, Ranking>>()
  private next = 1

  constructor(entries: KeyedState<Entry>, rules: StandingsRules) {
    this.entries = entries
    this.rules = rules
  }

  /** Goes on from what is stored; tells each entry. */
  takeUp(each: (id: StateKey, entry: Entry) => void): void {
    for (const [id, entry] of this.entries.entries()) {
      this.rankingOf(entry.start, entry.group).insert(placedOf(id, entry))
      this.next = Math.max(this.next, entry.number + 1)
      each(id, entry)
    }
    for (const groups of this.rankings.values()) {
      for (const ranking of groups.values()) this.trim(ranking)
    }
  }

  /** The groups that have a ranking; in an order that a restart does not change. */
  groupsOf(start: number | null): readonly StateKey[] {
    return [...(this.rankings.get(start)?.keys() ?? [])].toSorted(byKey)
  }

  top(start: number | null, group: StateKey): readonly Placed[] {
    return this.rankings.get(start)?.get(group)?.top() ?? []
  }

  ranksOf(top: readonly Placed[], start: number | null, group: StateKey): readonly number[] {
    return this.rankings.get(start)?.get(group)?.ranksOf(top) ?? []
  }

  entry(id: StateKey): Entry | undefined {
    return this.entries.get(id)
  }

  /** Gives the id under which the message is kept now, or undefined where it is not. */
  add(candidate: Candidate): StateKey | undefined {
    const { start, group, value, at, message } = candidate
    const ranking = this.rankingOf(start, group)
    const number = this.next
    const id = this.rules.hasIdentity ? digestKey([start, group, candidate.identity]) : number
    const before = this.entries.get(id)
    if (before !== undefined && !this.replaces(candidate, before, ranking)) {
      if (before.at !== at) this.entries.set(id, { ...before, at })
      return id
    }
    this.next += 1
    if (before !== undefined) ranking.remove(placedOf(id, before))
    ranking.insert({ id, value, number })
    this.entries.set(id, { start, group, value, number, at, message })
    this.trim(ranking)
    this.expectRoom(id)
    return this.entries.get(id) === undefined ? undefined : id
  }

  remove(id: StateKey): void {
    const entry = this.entries.get(id)
    if (entry === undefined) return
    this.entries.delete(id)
    const ranking = this.rankingOf(entry.start, entry.group)
    ranking.remove(placedOf(id, entry))
    if (ranking.size === 0) this.drop(entry.start, entry.group)
  }

  /** A ranking that is told and done with. */
  close(start: number | null, group: StateKey): void {
    const ranking = this.rankings.get(start)?.get(group)
    if (ranking === undefined) return
    this.drop(start, group)
    for (const { id } of [...ranking.takeRest(), ...ranking.top()]) this.entries.delete(id)
  }

  private drop(start: number | null, group: StateKey): void {
    const groups = this.rankings.get(start)
    groups?.delete(group)
    if (groups?.size === 0) this.rankings.delete(start)
  }

  private replaces(candidate: Candidate, before: Entry, ranking: Ranking): boolean {
    if (this.rules.counts === 'best') return ranking.isBetter(candidate.value, before.value)
    const [mine, other] = [candidate.message.time, before.message.time]
    return !(typeof mine === 'number' && typeof other === 'number' && mine < other)
  }

  /** When each newest message counts, anybody may come up again once others have fallen. */
  private trim(ranking: Ranking): void {
    const mayComeUp = this.rules.hasIdentity && this.rules.counts === 'newest'
    if (mayComeUp) return
    for (const { id } of ranking.takeRest()) {
      this.entries.delete(id)
      this.rules.onGone?.(id)
    }
  }

  private expectRoom(id: StateKey): void {
    if (this.entries.size <= this.rules.entriesMax) return
    this.remove(id)
    throw new NodeError('TOP_N_FULL', `There are ${this.rules.entriesMax} messages in rankings.`)
  }

  private rankingOf(start: number | null, group: StateKey): Ranking {
    const groups = this.rankings.get(start) ?? new Map<StateKey, Ranking>()
    if (groups.size === 0) this.rankings.set(start, groups)
    let ranking = groups.get(group)
    if (ranking === undefined) {
      ranking = new Ranking(this.rules)
      groups.set(group, ranking)
    }
    return ranking
  }
}

function placedOf(id: StateKey, { value, number }: Entry): Placed {
  return { id, value, number }
}

function byKey(one: StateKey, other: StateKey): number {
  if (typeof one !== typeof other) return typeof one === 'number' ? -1 : 1
  return one < other ? -1 : 1
}
