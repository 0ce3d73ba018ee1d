import { findFunction } from '../functions/table.ts'
import type { Order } from '../runtime/operators.ts'
import type { Binary, Node, Unary } from '../syntax/ast.ts'

export type Arithmetic = Unary | Binary

/** Whether a node computes a number and nothing else; a sum does so only of such nodes. */
export function isArithmetic(node: Node): boolean {
  return asArithmetic(node) !== null
}

export function asArithmetic(node: Node): Arithmetic | null {
  if (node.kind === 'unary') return node.operator === '-' ? node : null
  if (node.kind !== 'binary') return null
  const isSum = node.operator === '+' && isNumeric(node.left) && isNumeric(node.right)
  return isSum || ['-', '*', '/', '%'].includes(node.operator) ? node : null
}

function isNumeric(node: Node): boolean {
  if (node.kind === 'call') return findFunction(node.name)?.result === 'number'
  return isNumber(node) || isArithmetic(node)
}

export function isNumber(node: Node): boolean {
  return node.kind === 'literal' && typeof node.value === 'number'
}

/** Not a number is in no order with anything: then neither comparison holds. */
export function orderCode(operator: Order, left: string, right: string): string {
  return `${left} ${operator} ${right} ? true : ${left} ${opposites[operator]} ${right} ? false : null`
}

/** What a comparison of anything but two numbers calls. */
export const orderFunctions = {
  '<': 'isLess',
  '<=': 'isAtMost',
  '>': 'isMore',
  '>=': 'isAtLeast',
} as const

const opposites = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const
