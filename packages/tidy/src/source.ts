import { parseSync, Visitor } from 'rolldown/utils'

/** Something that a file imports or exports from elsewhere. */
export interface Import {
  /** `undefined` for a dynamic import of something that is computed. */
  readonly specifier: string | undefined
  readonly isDynamic: boolean
  /** Only for types: nothing is left of it when the program runs. */
  readonly isType: boolean
  readonly line: number
}

/** A call or a construction, such as `Date.now` or `new Date`. */
export interface Call {
  readonly callee: string
  readonly argumentCount: number
  readonly line: number
}

export interface Source {
  readonly imports: readonly Import[]
  calls(): readonly Call[]
}

/** Throws for a file that cannot be parsed. */
export function parseSource(file: string, text: string): Source {
  const parsed = parseSync(file, text)
  const error = parsed.errors[0]
  if (error !== undefined) throw new Error(`${file}: ${error.message}`)
  const lineOf = lineFinder(text)
  const { staticImports, staticExports, dynamicImports } = parsed.module

  const imported = staticImports.map(({ start, moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    isDynamic: false,
    isType: entries.length > 0 && entries.every(({ isType }) => isType),
    line: lineOf(start),
  }))
  const exported = staticExports.flatMap(({ start, entries }) => {
    const specifier = entries.find((entry) => entry.moduleRequest)?.moduleRequest?.value
    const isType = entries.every((entry) => entry.isType)
    return specifier === undefined
      ? []
      : [{ specifier, isDynamic: false, isType, line: lineOf(start) }]
  })
  const dynamic = dynamicImports.map(({ start, moduleRequest }) => ({
    specifier: literal(text.slice(moduleRequest.start, moduleRequest.end)),
    isDynamic: true,
    isType: false,
    line: lineOf(start),
  }))
  return {
    imports: [...imported, ...exported, ...dynamic],
    calls: () => callsOf(parsed.program, text, lineOf),
  }
}

function literal(expression: string): string | undefined {
  return /^(['"`])([^'"`$]*)\1$/.exec(expression)?.[2]
}

type Program = ReturnType<typeof parseSync>['program']

function callsOf(program: Program, text: string, lineOf: (offset: number) => number): Call[] {
  const calls: Call[] = []
  const add = (prefix: string) => (node: CallNode) => {
    const callee = prefix + text.slice(node.callee.start, node.callee.end)
    calls.push({ callee, argumentCount: node.arguments.length, line: lineOf(node.start) })
  }
  new Visitor({ CallExpression: add(''), NewExpression: add('new ') }).visit(program)
  return calls
}

interface CallNode {
  readonly start: number
  readonly callee: { readonly start: number; readonly end: number }
  readonly arguments: readonly unknown[]
}

function lineFinder(text: string): (offset: number) => number {
  return (offset) => text.slice(0, offset).split('\n').length
}
