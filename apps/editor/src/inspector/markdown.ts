/** A piece of a help text, as plain data: nothing of it is ever taken for HTML. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly text: readonly Inline[] }
  | {
      readonly kind: 'list'
      readonly isOrdered: boolean
      readonly items: readonly (readonly Inline[])[]
    }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'table'; readonly rows: readonly (readonly (readonly Inline[])[])[] }

export type Inline = {
  readonly kind: 'text' | 'code' | 'strong' | 'emphasis'
  readonly text: string
}

/** Reads the part of Markdown that help texts use. Links keep their words only. */
export function parseMarkdown(source: string): readonly Block[] {
  const blocks: Block[] = []
  const lines = source.replaceAll('\r', '').split('\n')
  for (let at = 0; at < lines.length;) {
    const { block, next } = blockAt(lines, at)
    if (block !== undefined) blocks.push(block)
    at = next
  }
  return blocks
}

interface Read {
  readonly block?: Block
  readonly next: number
}

function blockAt(lines: readonly string[], at: number): Read {
  const line = lines[at] ?? ''
  if (line.trim() === '') return { next: at + 1 }
  if (line.startsWith('```')) return codeAt(lines, at)
  const heading = /^(#{1,4})\s+(.*)$/.exec(line)
  if (heading !== null) {
    const level = heading[1]?.length ?? 1
    return { block: { kind: 'heading', level, text: inlines(heading[2] ?? '') }, next: at + 1 }
  }
  if (line.startsWith('|')) return tableAt(lines, at)
  if (bullet.test(line)) return listAt(lines, at)
  return paragraphAt(lines, at)
}

const bullet = /^\s*([-*]|\d+\.)\s+/

function codeAt(lines: readonly string[], at: number): Read {
  let end = at + 1
  while (end < lines.length && !(lines[end] ?? '').startsWith('```')) end += 1
  return { block: { kind: 'code', text: lines.slice(at + 1, end).join('\n') }, next: end + 1 }
}

function tableAt(lines: readonly string[], at: number): Read {
  let end = at
  while ((lines[end] ?? '').startsWith('|')) end += 1
  const rows = lines
    .slice(at, end)
    .filter((line) => !/^\|[\s|:-]+\|?$/.test(line))
    .map((line) => cellsOf(line).map((cell) => inlines(cell)))
  return { block: { kind: 'table', rows }, next: end }
}

function cellsOf(line: string): readonly string[] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim())
}

function listAt(lines: readonly string[], at: number): Read {
  const items: string[] = []
  let end = at
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? ''
    if (bullet.test(line)) items.push(line.replace(bullet, ''))
    else if (/^\s+\S/.test(line)) items.push(`${items.pop() ?? ''} ${line.trim()}`)
    else break
  }
  const isOrdered = /^\s*\d/.test(lines[at] ?? '')
  return { block: { kind: 'list', isOrdered, items: items.map(inlines) }, next: end }
}

function paragraphAt(lines: readonly string[], at: number): Read {
  let end = at + 1
  while (end < lines.length && isPlain(lines[end] ?? '')) end += 1
  return { block: { kind: 'paragraph', text: inlines(lines.slice(at, end).join(' ')) }, next: end }
}

function isPlain(line: string): boolean {
  return line.trim() !== '' && !/^(```|#{1,4}\s|\|)/.test(line) && !bullet.test(line)
}

function inlines(text: string): readonly Inline[] {
  const parts: Inline[] = []
  const mark =
    /``\s?(.+?)\s?``|`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])[*_]([^*_]+)[*_](?!\w)|\[([^\]]+)\]\([^)]*\)/g
  let from = 0
  for (const found of text.matchAll(mark)) {
    if (found.index > from) parts.push({ kind: 'text', text: text.slice(from, found.index) })
    const [whole, doubled, code, strong, emphasis, link] = found
    if (doubled !== undefined || code !== undefined) {
      parts.push({ kind: 'code', text: doubled ?? code ?? '' })
    } else if (strong !== undefined) parts.push({ kind: 'strong', text: strong })
    else if (emphasis !== undefined) parts.push({ kind: 'emphasis', text: emphasis })
    else parts.push({ kind: 'text', text: link ?? whole })
    from = found.index + whole.length
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) })
  return parts
}
