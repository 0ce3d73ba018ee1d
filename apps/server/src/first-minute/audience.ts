/** Whether any client of a broker subscribes to topics under one first level. */
export class Audience {
  private readonly level: string
  private readonly listening = new Map<string, Set<string>>()

  constructor(level: string) {
    this.level = level
  }

  get isThere(): boolean {
    return this.listening.size > 0
  }

  subscribed(client: string, filters: readonly string[]): void {
    const wanted = filters.filter((filter) => couldMatch(filter, this.level))
    if (wanted.length === 0) return
    const present = this.listening.get(client) ?? new Set()
    for (const filter of wanted) present.add(filter)
    this.listening.set(client, present)
  }

  unsubscribed(client: string, filters: readonly string[]): void {
    const present = this.listening.get(client)
    if (present === undefined) return
    for (const filter of filters) present.delete(filter)
    if (present.size === 0) this.listening.delete(client)
  }

  left(client: string): void {
    this.listening.delete(client)
  }
}

/** MQTT 5 section 4.7; the filter of a shared subscription (4.8.2) follows its group. */
function couldMatch(filter: string, level: string): boolean {
  const levels = filter.split('/')
  const first = levels[0] === '$share' ? levels[2] : levels[0]
  return first === '#' || first === '+' || first === level
}
