import { Script } from 'node:vm'
import { apiNames } from './guest.ts'
import { markLines } from './mark-lines.ts'
import type { MarkNames } from './mark-lines.ts'
import { findImport, FunctionSyntaxError, placeOf } from './source-text.ts'

/** A person's code as it stands in a field. */
export interface CodeOfField {
  readonly field: 'code' | 'setup' | 'teardown'
  readonly code: string
  readonly parameters: readonly string[]
  /** Whether it may await something. */
  readonly mayWait: boolean
}

export interface ReadCode {
  /** An expression: a function that gets `mark`, `goOn`, `later` and the api, and gives the person's function. */
  readonly text: string
  readonly isAsync: boolean
}

/** Looks through the code without running it. Throws a `FunctionSyntaxError` for what is no code. */
export function readCode(source: CodeOfField): ReadCode {
  const { field, code } = source
  const importAt = findImport(code)
  if (importAt !== undefined) {
    throw new FunctionSyntaxError(field, 'A function cannot import anything', importAt)
  }
  const names = freeNames(code)
  const marked = markLines(code, names)
  if (!marked.ok) {
    // V8 says it better.
    check(source, factoryOf(source, { names, body: code, isAsync: /\bawait\b/.test(code) }))
    throw new FunctionSyntaxError(field, marked.text, marked.place)
  }
  const { isAsync } = marked
  check(source, factoryOf(source, { names, body: code, isAsync }))
  return { text: factoryOf(source, { names, body: marked.body, isAsync }), isAsync }
}

interface Parts {
  readonly names: MarkNames
  readonly body: string
  readonly isAsync: boolean
}

/** The code starts in the second line, at the first column. */
function factoryOf(source: CodeOfField, { names, body, isAsync }: Parts): string {
  const kind = isAsync && source.mayWait ? 'async function' : 'function'
  const outer = [names.mark, names.goOn, names.later, ...apiNames].join(', ')
  const head = `(function (${outer}) { return ${kind} (${source.parameters.join(', ')}) {'use strict';`
  return `${head}\n${body}\n}})`
}

function check({ field, code }: CodeOfField, text: string): void {
  const filename = `${field}.function`
  try {
    // It is compiled only.
    void new Script(text, { filename, lineOffset: -1 })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const place = placeOf(error.stack ?? '', filename, code.split('\n').length)
    // What is missing is noticed after the end, in the line that closes the function around the code.
    const reason = place === undefined ? 'A bracket or quotation mark is not closed' : error.message
    throw new FunctionSyntaxError(field, reason, place, error)
  }
}

/** Names that the code does not have. */
function freeNames(code: string): MarkNames {
  let prefix = '$'
  while (code.includes(prefix)) prefix += '$'
  return {
    mark: `${prefix}mark`,
    goOn: `${prefix}goOn`,
    later: `${prefix}later`,
    line: `${prefix}line`,
    error: `${prefix}error`,
  }
}
