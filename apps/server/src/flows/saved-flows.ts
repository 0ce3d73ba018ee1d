import { hash } from 'node:crypto'
import { applyPatch, emptyFlow, flowNameFor, FlowValidator, parseFlow } from '@millrace/flow'
import type { Circumstances, DescriptorsByType, Flow, FlowPatch, Problem } from '@millrace/flow'
import { noFlow, Refusal } from '../refusal.ts'
import type { ConnectionFiles } from '../storage/connection-files.ts'
import type { FlowFiles } from '../storage/flow-files.ts'
import type { SecretFile } from '../storage/secret-file.ts'
import { FlowBytes } from './flow-bytes.ts'
import { KeyedQueue } from './keyed-queue.ts'

/** A flow as saved. Objects of it never change; saving makes new ones of what changed. */
export interface SavedFlowEntry {
  readonly flow: Flow
  /** Its canonical text, as UTF-8. */
  readonly bytes: Uint8Array
  /** Hash of the canonical text. */
  readonly revision: string
}

/** A flow file that cannot be read; it stays as it is until it is deleted or written over. */
export interface BrokenFlow {
  readonly name: string
  readonly problems: readonly Problem[]
}

export interface SavedFlowsParts {
  readonly files: FlowFiles
  readonly connections: ConnectionFiles
  readonly secrets: SecretFile
  readonly nodeTypes: DescriptorsByType
}

export interface PatchOptions {
  /** The one that was changed. */
  readonly revision: string
  /** Called as the file begins to be written. */
  readonly onWriting?: OnWriting
}

/** `written` settles when the disk has the flow, or rejects with why it has not. */
export type OnWriting = (entry: SavedFlowEntry, written: Promise<void>) => void

interface Checked {
  readonly circumstances: Circumstances
  readonly problems: readonly Problem[]
}

const flowsMax = 1_000

/** The flows as people saved them: in memory, and each in its file. */
export class SavedFlows {
  readonly #parts: SavedFlowsParts
  readonly #validator: FlowValidator
  readonly #bytes = new FlowBytes()
  readonly #checked = new WeakMap<Flow, Checked>()
  readonly #entries = new Map<string, SavedFlowEntry>()
  readonly #broken = new Map<string, BrokenFlow>()
  /** Of flows whose files were changed to something that is no flow; the flows stay as they were. */
  readonly #spoilt = new Map<string, readonly Problem[]>()
  readonly #queue = new KeyedQueue()
  readonly #listeners = new Set<(flow: string, revision: string | null) => void>()

  constructor(parts: SavedFlowsParts) {
    this.#parts = parts
    this.#validator = new FlowValidator(parts.nodeTypes)
  }

  async open(): Promise<void> {
    for (const read of await this.#parts.files.readAll()) {
      if ('flow' in read) this.#entries.set(read.name, this.#entryOf(read.flow))
      else this.#broken.set(read.name, read)
    }
  }

  /** Takes in what people change in the files while the server runs; returns what ends that. */
  watch(): () => void {
    return this.#parts.files.watch((name) => {
      // What cannot be read now is looked at again before the file is written.
      void this.#queue.run(name, () => this.#catchUp(name)).catch(() => undefined)
    })
  }

  names(): readonly string[] {
    return [...this.#entries.keys()].toSorted()
  }

  broken(): readonly BrokenFlow[] {
    return [...this.#broken.values()]
  }

  /** Throws 404 where there is none, 422 where its file cannot be read. */
  get(name: string): SavedFlowEntry {
    const entry = this.#entries.get(name)
    if (entry) return entry
    const broken = this.#broken.get(name)
    if (!broken) throw noFlow(name)
    const message = `The file of the flow "${name}" cannot be read: ${broken.problems[0]?.message}`
    throw new Refusal(422, { code: 'FLOW_FILE_BROKEN', message, problems: broken.problems })
  }

  has(name: string): boolean {
    return this.#entries.has(name) || this.#broken.has(name)
  }

  /** Throws 404 where there is none. */
  expect(name: string): void {
    if (!this.has(name)) throw noFlow(name)
  }

  /** All that is wrong with something that claims to be a flow. */
  check(value: unknown): readonly Problem[] {
    const { flow, problems } = parseFlow(value)
    return flow ? this.problemsOf(flow) : problems
  }

  problemsOf(flow: Flow): readonly Problem[] {
    const circumstances = this.circumstances()
    const known = this.#checked.get(flow)
    const isSame =
      known?.circumstances.connections === circumstances.connections &&
      known.circumstances.secretsSet === circumstances.secretsSet
    if (isSame) return known.problems
    const problems = this.#validator.validate(flow, circumstances)
    this.#checked.set(flow, { circumstances, problems })
    return problems
  }

  circumstances(): Circumstances & { readonly secretsSet: ReadonlySet<string> } {
    const { connections, secrets } = this.#parts
    return { connections: connections.all(), secretsSet: secrets.keys() }
  }

  /** Without a name it gets one from the title. */
  async create(flow: { readonly name?: string; readonly title: string }): Promise<SavedFlowEntry> {
    const { name, title } = flow
    if (name === undefined) return this.add(emptyFlow(flowNameFor(title, this), title))
    return this.#queue.run(name, async () => {
      if (this.has(name)) {
        const message = `There is a flow "${name}" already`
        throw new Refusal(409, { code: 'FLOW_NAME_TAKEN', message })
      }
      return this.#keep(emptyFlow(name, title))
    })
  }

  /** Adds a flow under its name, or under another one where that is taken. */
  async add(flow: Flow): Promise<SavedFlowEntry> {
    const name = this.has(flow.name) ? flowNameFor(flow.title || flow.name, this) : flow.name
    const entry = await this.#queue.run(name, async () =>
      this.has(name) ? null : this.#keep({ ...flow, name }),
    )
    // Somebody else took the name meanwhile; then another one is free.
    return entry ?? this.add(flow)
  }

  /** Refuses with 409 where not so many flows can be added. */
  expectRoom(count: number): void {
    if (this.#entries.size + count <= flowsMax) return
    const message = `There can be ${flowsMax} flows, and ${this.#entries.size} are there; delete some first`
    throw new Refusal(409, { code: 'FLOWS_TOO_MANY', message })
  }

  /** Refuses with 409 when it is not `revision` that is replaced. */
  async save(name: string, value: unknown, revision?: string): Promise<SavedFlowEntry> {
    const { flow, problems } = parseFlow(value)
    if (!flow) throw unreadable('flow', problems)
    if (flow.name !== name) {
      const message = `The flow is called "${flow.name}", but the address says "${name}"`
      throw new Refusal(400, { code: 'FLOW_NAME_DIFFERS', message, path: 'flow.name' })
    }
    return this.#queue.run(name, async () => {
      await this.#catchUp(name)
      this.expect(name)
      this.#expectRevision(name, revision)
      return this.#keep(flow)
    })
  }

  async patch(
    name: string,
    patch: FlowPatch,
    { revision, onWriting }: PatchOptions,
  ): Promise<SavedFlowEntry> {
    return this.#queue.run(name, async () => {
      await this.#catchUp(name)
      const { flow: before } = this.get(name)
      this.#expectRevision(name, revision)
      const { flow, problems } = applyPatch(before, patch)
      if (!flow) throw unreadable('', problems)
      return this.#keep(flow, onWriting)
    })
  }

  async remove(name: string): Promise<void> {
    await this.#queue.run(name, async () => {
      this.expect(name)
      await this.#parts.files.remove(name)
      this.#entries.delete(name)
      this.#broken.delete(name)
      this.#spoilt.delete(name)
      this.#tell(name, null)
    })
  }

  /** Calls back after every save, with null after a deletion. */
  onSaved(listener: (flow: string, revision: string | null) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  settle(): Promise<void> {
    return this.#queue.settle()
  }

  #expectRevision(name: string, revision: string | undefined): void {
    const present = this.#entries.get(name)?.revision
    if (revision === undefined || revision === present) return
    const message = 'Somebody saved this flow meanwhile; load it again'
    throw new Refusal(409, { code: 'FLOW_REVISION_OLD', message, path: 'revision' })
  }

  /** Makes the flow what its file says, where somebody else changed that. */
  async #catchUp(name: string): Promise<void> {
    if (!(await this.#parts.files.hasChanged(name))) return
    const read = await this.#parts.files.read(name)
    const present = this.#entries.get(name)
    if (!('flow' in read)) {
      if (present) this.#spoilt.set(name, read.problems)
      else this.#broken.set(name, read)
      return
    }
    this.#spoilt.delete(name)
    this.#broken.delete(name)
    const entry = this.#entryOf(read.flow)
    if (present?.revision === entry.revision) return
    this.#entries.set(name, entry)
    this.#tell(name, entry.revision)
  }

  /** What somebody is writing by hand is never written over. */
  #expectWhole(name: string): void {
    const problems = this.#spoilt.get(name)
    if (!problems) return
    const message = `The file ${name}.json was changed and cannot be read any more; mend it, and it is taken up: ${problems[0]?.message}`
    throw new Refusal(409, { code: 'FLOW_FILE_BROKEN', message, problems })
  }

  async #keep(flow: Flow, onWriting?: OnWriting): Promise<SavedFlowEntry> {
    if (!this.has(flow.name)) this.expectRoom(1)
    const entry = this.#entryOf(flow)
    const problems = this.problemsOf(entry.flow)
    const leak = problems.filter((problem) => problem.code === 'SECRET_IN_DOCUMENT')
    if (leak[0]) {
      throw new Refusal(422, { code: leak[0].code, message: leak[0].message, problems: leak })
    }
    const { name } = flow
    if (this.#entries.get(name)?.revision === entry.revision) return entry
    this.#expectWhole(name)
    const written = this.#parts.files.write(name, entry.bytes)
    onWriting?.(entry, written)
    await written
    this.#entries.set(name, entry)
    this.#broken.delete(name)
    this.#tell(name, entry.revision)
    return entry
  }

  #entryOf(flow: Flow): SavedFlowEntry {
    const canonical = this.#bytes.inOrder(flow)
    const bytes = this.#bytes.write(canonical)
    return { flow: canonical, bytes, revision: revisionOf(bytes) }
  }

  #tell(name: string, revision: string | null): void {
    for (const listener of this.#listeners) listener(name, revision)
  }
}

function revisionOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64url').slice(0, 22)
}

/** A document that is none, with all that is wrong and the path of the first. */
export function unreadable(at: string, problems: readonly Problem[]): Refusal {
  const first = problems[0]
  const path = [at, first?.path].filter((part) => part !== undefined && part !== '').join('.')
  return new Refusal(400, {
    code: first?.code ?? 'SHAPE_OBJECT',
    message: first?.message ?? 'Cannot be read',
    ...(path !== '' && { path }),
    problems,
  })
}
