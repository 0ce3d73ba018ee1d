import { wrongValue } from '../bytes/wrong-value.ts'
import { FormatError, within } from '../format-error.ts'
import { base64 } from '../json/json-text.ts'
import { limits } from '../limits.ts'
import { isRecord } from '../own-property.ts'

/**
 * A value as an XML document: the other way round than `xmlDecoder`. An object with one property is
 * its root element; all else is put into an element of that name.
 */
export function xmlEncoder({ root }: { readonly root: string }): (value: unknown) => string {
  return (value) => {
    const [name, content] = rootOf(value, root)
    return `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, content, 0)}\n`
  }
}

function rootOf(value: unknown, root: string): readonly [string, unknown] {
  if (isRecord(value) && !(value instanceof Uint8Array)) {
    const [only, ...more] = Object.entries(value)
    const isRoot = only !== undefined && more.length === 0 && namePattern.test(only[0])
    if (isRoot && !Array.isArray(only[1])) return only
  }
  return [root, Array.isArray(value) ? { item: value } : value]
}

function element(name: string, value: unknown, depth: number): string {
  if (!namePattern.test(name)) throw badName(name)
  if (depth > limits.depth) {
    throw new FormatError('FORMAT_LIMIT', `is nested more than ${limits.depth} levels deep.`)
  }
  if (!isRecord(value) || value instanceof Uint8Array || value instanceof Date) {
    const text = textOf(value)
    return text === '' ? `<${name}/>` : `<${name}>${escaped(text)}</${name}>`
  }
  let attributes = ''
  let content = ''
  for (const [key, part] of Object.entries(value)) {
    try {
      if (key.startsWith('@')) attributes += attribute(key.slice(1), part)
      else if (key === '#text') content += escaped(textOf(part))
      else content += elements(key, part, depth + 1)
    } catch (error) {
      throw within(error, key)
    }
  }
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`
}

function elements(name: string, value: unknown, depth: number): string {
  if (value === undefined) return ''
  if (!Array.isArray(value)) return element(name, value, depth)
  return value
    .map((item: unknown) => element(name, Array.isArray(item) ? { item } : item, depth))
    .join('')
}

function attribute(name: string, value: unknown): string {
  if (!namePattern.test(name)) throw badName(name)
  return value === undefined ? '' : ` ${name}="${escaped(textOf(value)).replaceAll('"', '&quot;')}"`
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Uint8Array) return base64(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  if (typeof value === 'object') throw wrongValue(value, 'one value')
  // Neither an object nor nothing.
  return String(value as number)
}

function escaped(text: string): string {
  if (forbidden.test(text) || !text.isWellFormed()) {
    throw new FormatError('FORMAT_ENCODE', 'has a character that XML cannot carry.')
  }
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;')
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const forbidden = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

/** Names as most documents have them; XML allows some more. */
const namePattern = /^[\p{L}_][\p{L}\p{N}\p{M}_.-]*(?::[\p{L}_][\p{L}\p{N}\p{M}_.-]*)?$/u

function badName(name: string): FormatError {
  return new FormatError('FORMAT_ENCODE', `"${name.slice(0, 50)}" is no name for an element.`)
}
