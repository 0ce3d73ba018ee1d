import type { Clock, NodeError } from '@millrace/sdk'

type Told = (error: NodeError) => void

interface Known<Value> {
  readonly value: Value | NodeError
  /** Looked at again from then on. */
  readonly until: number
}

interface Asking {
  readonly done: Promise<void>
  readonly told: Set<Told>
  trouble: NodeError | undefined
}

export interface LearntOptions<Key, Value> {
  readonly clock: Clock
  /** Most of them that are kept. */
  readonly max: number
  readonly freshForMs: number
  /** What is wrong with one is looked at again after so long. */
  readonly wrongForMs: number
  /** Rejects where it is certain that it never will be known; `onTrouble` hears what is in the way until then. */
  readonly ask: (key: Key, onTrouble: Told) => Promise<Value>
  readonly problem: (key: Key, error: unknown) => NodeError
}

/** What was heard of many things, each asked for once at a time and again when it is old. */
export class Learnt<Key, Value extends object> {
  private readonly options: LearntOptions<Key, Value>
  private readonly known = new Map<Key, Known<Value>>()
  private readonly asking = new Map<Key, Asking>()

  constructor(options: LearntOptions<Key, Value>) {
    this.options = options
  }

  /**
   * What is known, or why it cannot be; a promise, which never rejects, where that is to be learnt
   * first. What was good once is good until something newer is known.
   */
  find(key: Key, onTrouble: Told): Value | NodeError | Promise<void> {
    const known = this.known.get(key)
    if (known === undefined) return this.learn(key, onTrouble)
    const { value, until } = known
    if (until > this.options.clock.monotonic()) return value
    if (value instanceof Error) return this.learn(key, onTrouble)
    // Nobody has to wait for it, so nobody needs to hear what is in the way.
    void this.learn(key, ignore)
    return value
  }

  private learn(key: Key, onTrouble: Told): Promise<void> {
    const asking = this.asking.get(key) ?? this.begin(key)
    if (!asking.told.has(onTrouble)) {
      asking.told.add(onTrouble)
      if (asking.trouble !== undefined) onTrouble(asking.trouble)
    }
    return asking.done
  }

  private begin(key: Key): Asking {
    const told = new Set<Told>()
    const onTrouble = (error: NodeError): void => {
      asking.trouble = error
      for (const tell of told) tell(error)
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const asking: Asking = { done: promise, told, trouble: undefined }
    this.asking.set(key, asking)
    void this.ask(key, onTrouble).then(resolve)
    return asking
  }

  private async ask(key: Key, onTrouble: Told): Promise<void> {
    const { clock, freshForMs, wrongForMs, ask, problem } = this.options
    try {
      const value = await ask(key, onTrouble)
      this.keep(key, { value, until: clock.monotonic() + freshForMs })
    } catch (error) {
      this.keep(key, { value: problem(key, error), until: clock.monotonic() + wrongForMs })
    } finally {
      this.asking.delete(key)
    }
  }

  private keep(key: Key, known: Known<Value>): void {
    if (this.known.size >= this.options.max) {
      // The one that was learnt first.
      for (const first of this.known.keys()) {
        this.known.delete(first)
        break
      }
    }
    this.known.delete(key)
    this.known.set(key, known)
  }
}

function ignore(): void {
  // It is tried again until it works.
}
