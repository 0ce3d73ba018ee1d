/** Runs what belongs to one key one after the other, and different keys at the same time. */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<unknown>>()

  run<Value>(key: string, task: () => Promise<Value>): Promise<Value> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const done = before.then(task, task)
    this.#last.set(key, done)
    const forget = () => {
      if (this.#last.get(key) === done) this.#last.delete(key)
    }
    done.then(forget, forget)
    return done
  }

  async settle(): Promise<void> {
    await Promise.allSettled(this.#last.values())
  }
}
