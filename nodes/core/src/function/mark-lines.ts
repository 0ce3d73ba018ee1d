import { parse, tokTypes } from 'acorn'
import type { Node, Token } from 'acorn'

/** Names for what marked code uses: three functions and two variables. */
export interface MarkNames {
  /** `(error, line) => error` */
  readonly mark: string
  /** `(value) => value`, called with whatever was awaited. */
  readonly goOn: string
  /** Gets what is handed to `then`, `catch` and `finally`, and gives what is handed over instead. */
  readonly later: string
  readonly line: string
  readonly error: string
}

/** The body of a function that says in which line it threw. */
export interface MarkedCode {
  readonly ok: true
  readonly body: string
  /** Whether it awaits something itself, apart from functions within. */
  readonly isAsync: boolean
}

export interface UnreadableCode {
  readonly ok: false
  readonly text: string
  /** Both from 1. */
  readonly place: { readonly line: number; readonly column: number } | undefined
}

/**
 * Makes every function in the code keep the line of its statement at hand, and tell `mark` with what
 * it throws. An error's `stack` cannot serve: V8 has Node write it, in the engine's realm, and where
 * the stack overflows meanwhile, an error of that realm gets into the hands of the person's code.
 *
 * The code also says where it goes on by a promise, because nobody else knows that it runs then.
 */
export function markLines(code: string, names: MarkNames): MarkedCode | UnreadableCode {
  const arrows: Token[] = []
  try {
    const program = parse(`${prologue}${code}`, {
      ecmaVersion: 'latest',
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
      locations: true,
      onToken: (token) => {
        if (token.type === tokTypes.arrow) arrows.push(token)
      },
    })
    const marking = new Marking(names, arrows)
    // The tree is plain: whatever a node has can be asked for by name.
    marking.visit(program as unknown as AnyNode)
    const body = `${marking.open(0)}\n${marking.applyTo(code)}\n${marking.close}`
    return { ok: true, body, isAsync: marking.isAsync }
  } catch (error) {
    return unreadable(error)
  }
}

/** In a line of its own, so that columns are right. */
const prologue = "'use strict';\n"

/** A node of the tree with whatever its kind has. */
type AnyNode = Node & Readonly<Record<string, unknown>>

class Marking {
  isAsync = false
  readonly close: string
  private readonly names: MarkNames
  private readonly arrows: readonly Token[]
  private readonly insertions: { readonly at: number; readonly text: string }[] = []
  private depth = 0

  constructor(names: MarkNames, arrows: readonly Token[]) {
    this.names = names
    this.arrows = arrows
    this.close = `}catch(${names.error}){throw ${names.mark}(${names.error},${names.line})}`
  }

  open(line: number): string {
    return `;let ${this.names.line}=${line};try{`
  }

  visit(node: AnyNode): void {
    if (isNode(node['body']) && /Function/.test(node.type)) {
      this.visitFunction(node, node['body'])
      return
    }
    if (this.depth === 0 && isAwaiting(node)) this.isAsync = true
    const branches = branchesOf(node)
    this.markCaught(node)
    this.markStatements(node)
    for (const { start, loc } of branches) this.insert(start, `{${this.markOf(loc)}`)
    if (node.type === 'AwaitExpression') this.insert(node.start, `${this.names.goOn}(`)
    this.visitParts(node)
    if (node.type === 'AwaitExpression') this.insert(node.end, ')')
    for (const { end } of branches) this.insert(end, '}')
  }

  applyTo(code: string): string {
    let text = ''
    let done = 0
    // Stable: what was inserted first at a place comes first.
    for (const { at, text: inserted } of this.insertions.toSorted((a, b) => a.at - b.at)) {
      text += code.slice(done, at) + inserted
      done = at
    }
    return text + code.slice(done)
  }

  private visitFunction(node: AnyNode, body: AnyNode): void {
    const isBlock = body.type === 'BlockStatement'
    if (isBlock) this.insert(afterDirectives(body), this.open(0))
    else this.insert(this.arrowBefore(body), `{${this.open(lineOf(body.loc))}return(`)
    this.depth += 1
    this.visitParts(node)
    this.depth -= 1
    if (isBlock) this.insert(body.end - 1, this.close)
    else this.insert(node.end, `)${this.close}}`)
  }

  /** An error that is thrown again keeps the line where it was caught. */
  private markCaught({ param, body, type }: AnyNode): void {
    const isNamed = type === 'CatchClause' && isNode(param) && param.type === 'Identifier'
    if (!isNamed || !isNode(body)) return
    const { mark, line } = this.names
    this.insert(body.start + 1, `${mark}(${String(param['name'])},${line});`)
  }

  private markStatements(node: AnyNode): void {
    for (const statement of statementsOf(node)) {
      const isHoisted = statement.type === 'FunctionDeclaration'
      if (isHoisted || statement['directive'] !== undefined) continue
      this.insert(statement.start, this.markOf(statement.loc))
    }
  }

  private markOf(loc: Node['loc']): string {
    return `${this.names.line}=${lineOf(loc)};`
  }

  private visitParts(node: AnyNode): void {
    const handlers = handlersOf(node)
    for (const part of Object.values(node)) {
      if (isNode(part)) this.visit(part)
      else if (Array.isArray(part)) {
        for (const item of part) if (isNode(item)) this.visitItem(item, handlers.includes(item))
      }
    }
  }

  private visitItem(item: AnyNode, isHandler: boolean): void {
    if (isHandler) this.insert(item.start, `${this.names.later}(`)
    this.visit(item)
    if (isHandler) this.insert(item.end, ')')
  }

  /** Where the arrow of a function ends; nothing but brackets and comments is between it and the body. */
  private arrowBefore(body: AnyNode): number {
    return this.arrows.findLast(({ end }) => end <= body.start)?.end ?? body.start
  }

  private insert(at: number, text: string): void {
    this.insertions.push({ at: at - prologue.length, text })
  }
}

function statementsOf(node: AnyNode): readonly AnyNode[] {
  const list = node.type === 'SwitchCase' ? node['consequent'] : node['body']
  const isList = node.type !== 'ClassBody' && Array.isArray(list)
  return isList ? list.filter(isNode) : []
}

/** What stands alone where there might be a block, in lines of its own. */
function branchesOf(node: AnyNode): readonly AnyNode[] {
  if (!/^(?:If|While|DoWhile|For|ForIn|ForOf)Statement$/.test(node.type)) return []
  const branches = [node['consequent'], node['alternate'], node['body']].filter(isNode)
  return branches.filter(
    ({ type, loc }) => type !== 'BlockStatement' && lineOf(loc) !== lineOf(node.loc),
  )
}

/** What is called when a promise settles. */
function handlersOf(node: AnyNode): readonly AnyNode[] {
  const { callee, arguments: given } = node
  if (node.type !== 'CallExpression' || !isNode(callee) || !Array.isArray(given)) return []
  const { property } = callee
  const name = callee.type === 'MemberExpression' && isNode(property) ? property['name'] : undefined
  if (name !== 'then' && name !== 'catch' && name !== 'finally') return []
  // A sequence would become several arguments.
  const isSeveral = /^(?:Spread|Sequence)/
  return given.filter(isNode).filter(({ type }) => !isSeveral.test(type))
}

function afterDirectives(block: AnyNode): number {
  const last = statementsOf(block).findLast((statement) => statement['directive'] !== undefined)
  return last?.end ?? block.start + 1
}

function isAwaiting(node: AnyNode): boolean {
  const isLoop = node.type === 'ForOfStatement' && node['await'] === true
  return isLoop || node.type === 'AwaitExpression' || node['kind'] === 'await using'
}

function isNode(value: unknown): value is AnyNode {
  const isObject = typeof value === 'object' && value !== null
  return isObject && 'type' in value && typeof value.type === 'string'
}

function lineOf(loc: Node['loc']): number {
  return loc === null || loc === undefined ? 0 : loc.start.line - 1
}

function unreadable(error: unknown): UnreadableCode {
  if (!(error instanceof SyntaxError)) {
    // The parser has met the end of the stack.
    return { ok: false, text: 'The code is nested too deeply', place: undefined }
  }
  const text = error.message.replace(/ \(\d+:\d+\)$/, '')
  if (!('loc' in error) || !isPlace(error.loc)) return { ok: false, text, place: undefined }
  return { ok: false, text, place: { line: error.loc.line - 1, column: error.loc.column + 1 } }
}

function isPlace(value: unknown): value is { readonly line: number; readonly column: number } {
  return typeof value === 'object' && value !== null && 'line' in value && 'column' in value
}
