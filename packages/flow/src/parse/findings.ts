import type { Problem } from '../flow.ts'
import { limits } from '../limits.ts'
import { isForbiddenKey, memberPath } from './unsafe-json.ts'

/** What names a value for the person: the node, connection or wire that it is part of. */
export type Owner = Pick<Problem, 'node' | 'connection'>

/** Collects what is wrong with a document while it is read, up to a bound. */
export class Findings {
  readonly problems: Problem[] = []
  owner: Owner = {}

  add(code: string, path: string, message: string): void {
    if (this.problems.length >= limits.problems) return
    const sentence = path === '' ? `The document ${message}` : `${path} ${message}`
    this.problems.push({ severity: 'error', code, message: sentence, path, ...this.owner })
  }

  /** An object with no other keys than these; null, with a problem, where it is none. */
  object(value: unknown, path: string, keys: readonly string[]): Record<string, unknown> | null {
    const record = this.record(value, path)
    for (const key of Object.keys(record ?? {})) {
      if (keys.includes(key)) continue
      const code = isForbiddenKey(key) ? 'KEY_FORBIDDEN' : 'SHAPE_KEY'
      this.add(code, memberPath(path, key), `is not known here; expected ${keys.join(', ')}`)
    }
    return record
  }

  /** An object with whatever keys; null, with a problem, where it is none. */
  record(value: unknown, path: string): Record<string, unknown> | null {
    if (isRecord(value)) return value
    this.add('SHAPE_OBJECT', path, `must be an object, not ${kindOf(value)}`)
    return null
  }

  list(value: unknown, path: string, most: number): readonly unknown[] {
    if (!Array.isArray(value)) {
      this.add('SHAPE_LIST', path, `must be a list, not ${kindOf(value)}`)
      return []
    }
    if (value.length > most) {
      this.add('SHAPE_TOO_MANY', path, `holds ${value.length} entries; at most ${most} are allowed`)
      return []
    }
    return value
  }

  text(value: unknown, path: string, most: number): string {
    if (typeof value !== 'string') {
      this.add('SHAPE_TEXT', path, `must be a text, not ${kindOf(value)}`)
      return ''
    }
    if (value.length > most) {
      this.add(
        'SHAPE_TOO_LONG',
        path,
        `is ${value.length} characters long; at most ${most} are allowed`,
      )
      return ''
    }
    return value
  }

  /** A text in the form of a pattern, which `form` describes. */
  name(value: unknown, path: string, form: NameForm): string {
    const text = this.text(value, path, form.most)
    if (text === '' && typeof value !== 'string') return ''
    if (form.pattern.test(text)) return text
    if (isForbiddenKey(text)) this.add('KEY_FORBIDDEN', path, `"${text}" is a reserved word`)
    else this.add('SHAPE_NAME', path, `${JSON.stringify(text)} must be ${form.description}`)
    return ''
  }
}

export interface NameForm {
  readonly pattern: RegExp
  readonly most: number
  readonly description: string
}

export const idForm: NameForm = {
  pattern: /^(?!(?:__proto__|constructor|prototype)$)[A-Za-z0-9_-]{1,64}$/,
  most: limits.idCharacters,
  description: '1 to 64 letters, digits, "-" or "_"',
}

export const flowNameForm: NameForm = {
  pattern: /^(?!(?:constructor|prototype)$)[a-z0-9][a-z0-9-]{0,63}$/,
  most: limits.idCharacters,
  description: '1 to 64 lower-case letters, digits or "-", and not start with "-"',
}

export const typeForm: NameForm = {
  pattern: /^[\w@.-]+(?:\/[\w@. -]+)+$/,
  most: limits.typeCharacters,
  description: 'a node type such as "core/filter"',
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
