import type { Problem } from '@millrace/flow'
import { createEditor, type Editor } from '../editor.ts'
import type { FlowEditor } from '../flow-editor.ts'
import type { Clock, Notice, Storage, Validate } from '../surroundings.ts'
import { FakeServer } from './fake-server.ts'

/** A clock whose hands the test turns. */
export class ManualClock implements Clock {
  #now = 1_000_000
  #timers = new Map<number, { at: number; run: () => void }>()
  #next = 1

  now(): number {
    return this.#now
  }

  after(delayMs: number, run: () => void): () => void {
    const id = this.#next++
    this.#timers.set(id, { at: this.#now + delayMs, run })
    return () => void this.#timers.delete(id)
  }

  /** Runs what is due, in order, and lets promises settle. */
  async pass(durationMs: number): Promise<void> {
    const end = this.#now + durationMs
    for (;;) {
      const due = [...this.#timers]
        .filter(([, { at }]) => at <= end)
        .toSorted(([, a], [, b]) => a.at - b.at)[0]
      if (due === undefined) break
      this.#timers.delete(due[0])
      this.#now = Math.max(this.#now, due[1].at)
      due[1].run()
      await settled()
    }
    this.#now = end
    await settled()
  }
}

/** Lets everything that waits for a promise go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve()
}

export class MemoryStorage implements Storage {
  readonly texts = new Map<string, string>()

  async read(key: string): Promise<string | undefined> {
    return this.texts.get(key)
  }

  async write(key: string, text: string): Promise<void> {
    this.texts.set(key, text)
  }

  async remove(key: string): Promise<void> {
    this.texts.delete(key)
  }
}

/** Numbers that look random and are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** Finds fault with filters that have no condition. */
const validate: Validate = async (flow) =>
  flow.nodes.flatMap((node): readonly Problem[] =>
    node.type === 'test/filter' && node.config['condition'] === undefined
      ? [
          {
            severity: 'error',
            code: 'FIELD_MISSING',
            message: 'Condition is missing',
            node: node.id,
            field: 'condition',
          },
        ]
      : [],
  )

/** An editor with everything around it replaced. */
export interface Bench {
  readonly editor: Editor
  readonly server: FakeServer
  readonly clock: ManualClock
  readonly storage: MemoryStorage
  readonly notices: Notice[]
}

export async function openBench(existing: Partial<Bench> = {}): Promise<Bench> {
  const server = existing.server ?? new FakeServer()
  const storage = existing.storage ?? new MemoryStorage()
  const clock = existing.clock ?? new ManualClock()
  const notices: Notice[] = []
  const editor = createEditor({
    api: server.api,
    storage,
    clock,
    random: seeded(clock.now()),
    validate,
    notify: (notice) => void notices.push(notice),
  })
  if (server.flows.size === 0) server.addFlow('main')
  await editor.load()
  await settled()
  return { editor, server, clock, storage, notices }
}

/** The flow in front, which the test knows to be there. */
export function inFront({ editor }: Bench): FlowEditor {
  const flow = editor.active()
  if (flow === undefined) throw new Error('No flow is open.')
  return flow
}
