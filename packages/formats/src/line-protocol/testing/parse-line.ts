export interface ParsedLine {
  readonly measurement: string
  readonly tags: readonly (readonly [string, string])[]
  readonly fields: readonly (readonly [string, string])[]
  readonly time: string
}

/** Reads a line as InfluxDB does: a backslash only escapes what is special where it stands. */
export function parseLine(line: string): ParsedLine {
  const [head = ''] = split(line, ' ', false)
  const [fields = '', time = ''] = split(line.slice(head.length + 1), ' ', true)
  const [measurement = '', ...tags] = split(head, ',', false)
  return {
    measurement: measurement.replace(/\\([, ])/g, '$1'),
    tags: tags.map((tag) => {
      const [name, value] = pair(tag)
      return [name, unescape(value)]
    }),
    fields: split(fields, ',', true).map((field) => {
      const [name, value] = pair(field)
      return [name, value.slice(1, -1).replace(/\\(["\\])/g, '$1')]
    }),
    time,
  }
}

function pair(text: string): [string, string] {
  const [name = ''] = split(text, '=', false)
  return [unescape(name), text.slice(name.length + 1)]
}

function unescape(text: string): string {
  return text.replace(/\\([,= ])/g, '$1')
}

/** At separators that are not escaped; where quotes count, nor in them. */
function split(text: string, separator: string, hasQuotes: boolean): string[] {
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    const isValueStart = text[at - 1] === '=' && text[at - 2] !== '\\'
    if (character === '\\') at += 1
    else if (hasQuotes && character === '"' && (isQuoted || isValueStart)) isQuoted = !isQuoted
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, text.slice(start)]
}
