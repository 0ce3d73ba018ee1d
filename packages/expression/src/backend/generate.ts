import type { ReturnType } from '../check/checker.ts'
import type { Expression, Template } from '../message.ts'
import type { Literal, Node } from '../syntax/ast.ts'
import { quote } from '../syntax/print.ts'
import { Writer } from './writer.ts'

/**
 * JavaScript from a checked tree, by `new Function`. Code is written from the tree alone: texts and
 * property names go through `quote`, names of variables are made here, and nothing else of what a
 * user wrote gets into it.
 */
export function generateExpression(ast: Node, returns: ReturnType): Expression {
  if (ast.kind === 'literal') return constant(ast.value, returns)
  const writer = new Writer()
  const result = writer.write(ast)
  writer.line(`return ${coerced(result.code, returns)}`)
  // The code written above is a function of a message, whatever the tree.
  return writer.build() as Expression
}

/** A template of fixed texts and trees in turn. */
export function generateTemplate(parts: readonly (string | Node)[]): Template {
  if (parts.every((part) => typeof part === 'string')) {
    const text = parts.join('')
    return () => text
  }
  const writer = new Writer('""')
  const pieces = parts.map((part) => {
    if (typeof part === 'string') return quote(part)
    const { code } = writer.write(part)
    return `(typeof ${code} === "string" ? ${code} : templateText(${code}))`
  })
  writer.line(`return ${['""', ...pieces].join(' + ')}`)
  return writer.build() as Template
}

/** Many fields hold nothing but a number or a text, and code for each would be slow to make. */
function constant(value: Literal['value'], returns: ReturnType): Expression {
  const isWanted = returns === 'any' || typeof value === (returns === 'text' ? 'string' : returns)
  const result = isWanted ? value : null
  return () => result
}

function coerced(code: string, returns: ReturnType): string {
  if (returns === 'any') return code
  if (returns === 'boolean') return `typeof ${code} === "boolean" ? ${code} : null`
  if (returns === 'number')
    return `typeof ${code} === "number" && ${code} - ${code} === 0 ? ${code} : null`
  if (returns === 'text') return `typeof ${code} === "string" ? ${code} : null`
  return `${returns === 'list' ? 'isList' : 'isMap'}(${code}) ? ${code} : null`
}
