import { HeadIndex, headMin } from './head-index.ts'
import type { FoundHeads } from './head-index.ts'
import { formsOf } from './secret-forms.ts'

/** Secrets by whose they are and by field. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>

/** What stands where a secret stood. */
export const blackout = '•••'

/**
 * Takes the secrets of a flow out of all that is told of it: a server may say back what it was
 * sent, a program may put it into an error. What no one can foresee is caught by its value.
 */
export class Redactor {
  /** By how they begin; so much of a secret is one already, as sentences are cut anywhere. */
  private readonly formsByHead = new Map<string, string[]>()
  private readonly learnt = new Set<string>()
  private known = 0
  private heads: HeadIndex | undefined

  /** Also those of before are still looked for: what was told late may hold them. */
  learn(secrets: Secrets): void {
    const before = this.known
    for (const fields of Object.values(secrets)) {
      for (const secret of Object.values(fields)) this.learnOne(secret)
    }
    if (this.known === before) return
    this.heads = new HeadIndex(this.formsByHead.keys())
  }

  text(text: string): string {
    const { heads } = this
    if (heads === undefined) return text
    let clean = ''
    let from = 0
    for (let found = heads.find(text, 0); found !== undefined; found = heads.find(text, from)) {
      const { at } = found
      clean += text.slice(from, at) + blackout
      from = at + this.lengthAt(text, found)
    }
    return withoutCutEnd(from === 0 ? text : clean + text.slice(from), heads)
  }

  /** A copy where there was a secret in any text of it, otherwise the same. */
  value<Value>(value: Value): Value {
    // Of the same shape, whatever it is.
    return this.heads === undefined ? value : (this.cleaned(value) as Value)
  }

  /** Of as much of a secret as stands there. */
  private lengthAt(text: string, { at, heads }: FoundHeads): number {
    let longest = 0
    for (const head of heads) {
      for (const form of this.formsByHead.get(head) ?? []) {
        let length = head.length
        while (length < form.length && text[at + length] === form[length]) length += 1
        longest = Math.max(longest, length)
      }
    }
    return longest
  }

  private learnOne(secret: string): void {
    if (this.known >= formsMax || this.learnt.has(secret)) return
    this.learnt.add(secret)
    for (const form of formsOf(secret)) {
      const head = form.slice(0, Math.max(headMin, Math.ceil(form.length / 2)))
      const same = this.formsByHead.get(head) ?? []
      if (same.includes(form)) continue
      this.formsByHead.set(head, [...same, form])
      this.known += 1
    }
  }

  private cleaned(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (Array.isArray(value)) return this.cleanedList(value)
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
    const entries = Object.entries(value)
    const clean = entries.map(([name, one]) => [this.text(name), this.cleaned(one)] as const)
    const isSame = clean.every(([name, one], at) => {
      const [wasName, was] = entries[at] ?? []
      return name === wasName && one === was
    })
    return isSame ? value : Object.fromEntries(clean)
  }

  private cleanedList(list: readonly unknown[]): readonly unknown[] {
    const clean = list.map((one) => this.cleaned(one))
    return clean.every((one, at) => one === list[at]) ? list : clean
  }
}

/** A sentence that is cut may end with less of a secret. */
function withoutCutEnd(text: string, heads: HeadIndex): string {
  if (text.length < cutFrom || text.length > cutTo) return text
  const end = text.endsWith('…') ? text.length - 1 : text.length
  const at = heads.findCut(text, end, cutLengthMin)
  return at === undefined ? text : `${text.slice(0, at)}${blackout}`
}

/** Lengths of texts that may have been cut. */
const [cutFrom, cutTo] = [100, 4_000]
/** Less of a secret is told by chance. */
const cutLengthMin = 5

/** A flow with hundreds of secrets is looked after as far as it costs little. */
const formsMax = 5_000
