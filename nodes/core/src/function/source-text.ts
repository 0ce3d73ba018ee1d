import { NodeError } from '@millrace/sdk'

/** Where in the code a mistake is: line and column from 1. */
export interface CodePlace {
  readonly line: number
  readonly column: number
}

/** A mistake in the code of a function node, found before it runs. */
export class FunctionSyntaxError extends NodeError {
  /** The field that holds the code. */
  readonly field: string
  readonly place: CodePlace | undefined

  constructor(field: string, text: string, place: CodePlace | undefined, cause?: unknown) {
    const where = place === undefined ? '' : ` (line ${place.line}, column ${place.column})`
    super('FUNCTION_SYNTAX', `${titles[field] ?? field}: ${text}${where}`, { cause })
    this.field = field
    this.place = place
  }
}

const titles: Readonly<Record<string, string>> = {
  code: 'On each message',
  setup: 'At the start',
  teardown: 'At the end',
}

/** Reads the place out of the first lines of a SyntaxError's stack, as Node writes them. */
export function placeOf(stack: string, fileName: string, lineCount: number): CodePlace | undefined {
  const [first, , marks] = stack.split('\n', 3)
  if (first === undefined || !first.startsWith(`${fileName}:`)) return undefined
  const line = Number(first.slice(fileName.length + 1))
  if (!Number.isInteger(line)) return undefined
  if (line > lineCount) return undefined
  return { line: Math.max(1, line), column: Math.max(0, (marks ?? '').indexOf('^')) + 1 }
}

/**
 * Where the code has `import(…)` or `import.meta`. Importing rejects with an error of the engine's
 * realm, which is a way out of the sandbox, so it is refused wherever it might be one; in a text or
 * comment, too.
 */
export function findImport(code: string): CodePlace | undefined {
  for (const match of code.matchAll(/import/g)) {
    const next = code[skipTrivia(code, match.index + match[0].length)]
    if (next === '(' || next === '.') return placeAt(code, match.index)
  }
  return undefined
}

const trivia = [
  /\s+/y,
  /\/\*[^]*?\*\//y,
  // Line comments, and those that look like HTML (ECMA-262, annex B.1.1).
  /(?:\/\/|<!--|-->)[^\n\r\u2028\u2029]*/y,
]

function skipTrivia(code: string, from: number): number {
  let at = from
  for (let isAtEnd = false; !isAtEnd;) {
    isAtEnd = true
    for (const pattern of trivia) {
      pattern.lastIndex = at
      if (!pattern.test(code)) continue
      at = pattern.lastIndex
      isAtEnd = false
    }
  }
  return at
}

function placeAt(code: string, index: number): CodePlace {
  const lines = code.slice(0, index).split('\n')
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}
