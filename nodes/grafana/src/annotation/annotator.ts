import { NodeError } from '@millrace/sdk'
import type { KeyedState } from '@millrace/sdk'
import type { SendOutcome } from '@millrace/web'
import type { GrafanaServer, Reply } from '../server/grafana-server.ts'
import type { Mark } from './mark.ts'

/** An annotation that was made; survives structured cloning. */
export interface Made {
  readonly id: number
  readonly timeMs: number
  readonly endMs: number | undefined
}

export interface AnnotatorOptions {
  readonly server: GrafanaServer
  readonly made: KeyedState<Made>
  readonly dashboardUid: string
  readonly panelId: number | undefined
}

/** So many annotations can be changed or recognised later; the oldest are forgotten. */
const madeMax = 10_000

/** Makes annotations, each once: one that is there already is changed. */
export class Annotator {
  private readonly options: AnnotatorOptions

  constructor(options: AnnotatorOptions) {
    this.options = options
  }

  /** Never rejects. */
  async put(mark: Mark): Promise<SendOutcome> {
    const before = this.options.made.get(mark.key)
    if (mark.role === 'end') return this.end(mark, before)
    if (before !== undefined && isSame(mark, before)) return this.change(mark, before)
    // It may have been made just before a crash, so that nobody remembers it.
    const found = await this.find(mark)
    if ('kind' in found) return outcomeOf(found)
    if (found.made === undefined) return this.make(mark)
    this.remember(mark.key, found.made)
    return { kind: 'sent' }
  }

  private async make({ key, text, tags, timeMs, endMs }: Mark): Promise<SendOutcome> {
    const { server } = this.options
    const end = endMs === undefined ? {} : { timeEnd: endMs }
    const body = { ...this.place(), time: timeMs, ...end, tags, text }
    const reply = await server.ask({ method: 'POST', path: '/api/annotations', body })
    if (reply.kind !== 'done') return outcomeOf(reply)
    const id = idOf(reply.value)
    if (id !== undefined) this.remember(key, { id, timeMs, endMs })
    return { kind: 'sent' }
  }

  private async change(mark: Mark, before: Made): Promise<SendOutcome> {
    const { text, tags, endMs } = mark
    const end = endMs === undefined ? {} : { timeEnd: endMs }
    const reply = await this.patch(before.id, { text, tags, ...end })
    return this.changed(mark.key, reply)
  }

  private async end(mark: Mark, before: Made | undefined): Promise<SendOutcome> {
    if (before === undefined) return { kind: 'refused', error: noBeginning(mark.key) }
    // A message that ended it before, once more.
    if (before.endMs !== undefined && before.endMs !== mark.timeMs) {
      return { kind: 'refused', error: noBeginning(mark.key) }
    }
    const endMs = Math.max(before.timeMs, mark.timeMs)
    const { text, tags } = mark
    const reply = await this.patch(before.id, { text, tags, timeEnd: endMs })
    if (reply.kind === 'done') this.remember(mark.key, { ...before, endMs: mark.timeMs })
    return this.changed(mark.key, reply)
  }

  private changed(key: string, reply: Reply): SendOutcome {
    if (reply.kind !== 'missing') return outcomeOf(reply)
    // Somebody has deleted it; that is not for us to undo.
    this.options.made.delete(key)
    return { kind: 'sent' }
  }

  private patch(id: number, body: object): Promise<Reply> {
    return this.options.server.ask({ method: 'PATCH', path: `/api/annotations/${id}`, body })
  }

  private async find(
    mark: Mark,
  ): Promise<{ readonly made: Made | undefined } | Exclude<Reply, { kind: 'done' }>> {
    const { server, dashboardUid } = this.options
    const { timeMs } = mark
    const scope = dashboardUid === '' ? {} : { dashboardUID: dashboardUid }
    const [from, to] = [String(timeMs), String(timeMs)]
    const query = { from, to, type: 'annotation', limit: '1000', ...scope }
    const reply = await server.ask({ method: 'GET', path: '/api/annotations', query })
    if (reply.kind !== 'done') return reply
    const rows: readonly unknown[] = Array.isArray(reply.value) ? reply.value : []
    const id = rows.filter((row) => isThat(row, mark)).map(idOf)[0]
    return { made: id === undefined ? undefined : { id, timeMs, endMs: mark.endMs } }
  }

  private place(): object {
    const { dashboardUid, panelId } = this.options
    const dashboard = dashboardUid === '' ? {} : { dashboardUID: dashboardUid }
    return panelId === undefined ? dashboard : { ...dashboard, panelId }
  }

  private remember(key: string, made: Made): void {
    const known = this.options.made
    // The newest stand last.
    known.delete(key)
    known.set(key, made)
    for (const oldest of known.keys()) {
      if (known.size <= madeMax) break
      known.delete(oldest)
    }
  }
}

/** Of a stretch: whether the message belongs to the one that began before, or begins another. */
function isSame({ role, timeMs }: Mark, { timeMs: beganMs, endMs }: Made): boolean {
  if (role === 'whole') return true
  return endMs === undefined || (timeMs >= beganMs && timeMs <= endMs)
}

function isThat(row: unknown, { text, tags, timeMs }: Mark): boolean {
  if (typeof row !== 'object' || row === null) return false
  const given: readonly unknown[] = 'tags' in row && Array.isArray(row.tags) ? row.tags : []
  const isText = 'text' in row && row.text === text
  const isTime = 'time' in row && row.time === timeMs
  return (
    isText && isTime && given.length === tags.length && tags.every((tag) => given.includes(tag))
  )
}

function idOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined
  return typeof value.id === 'number' ? value.id : undefined
}

function outcomeOf(reply: Reply): SendOutcome {
  if (reply.kind === 'done') return { kind: 'sent' }
  return reply.kind === 'missing' ? { kind: 'refused', error: reply.error } : reply
}

function noBeginning(key: string): NodeError {
  return new NodeError(
    'GRAFANA_NO_BEGINNING',
    `No annotation of "${key.slice(0, 100)}" is open that the message could end.`,
  )
}
