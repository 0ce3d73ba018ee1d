import { typeOfLiteral } from '../check/type-names.ts'
import type { Parameter, Type } from '../functions/definition.ts'
import { quote } from '../syntax/print.ts'

/** A value in the generated code: a literal or the name of a variable, so using it twice is free. */
export interface Operand {
  code: string
  type: Type
  isNullable: boolean
}

export function literalOperand(value: null | boolean | number | string): Operand {
  const code = typeof value === 'string' ? quote(value) : String(value)
  // Numbers come from the parser, which makes none below zero.
  return { code, type: typeOfLiteral(value), isNullable: value === null }
}

export function isPrimitive(operand: Operand): boolean {
  return !operand.isNullable && operand.type !== 'any' && !/^t\d/.test(operand.code)
}

/** Code that tells whether an operand is of a type; "true" or "false" where that is known. */
export function isType({ code, type, isNullable }: Operand, wanted: Type): string {
  if (type === wanted) return isNullable ? `${code} !== null` : 'true'
  if (type !== 'any') return 'false'
  if (wanted === 'number' || wanted === 'boolean') return `typeof ${code} === "${wanted}"`
  if (wanted === 'text') return `typeof ${code} === "string"`
  if (wanted === 'list') return `isList(${code})`
  return wanted === 'bytes' ? `isBytes(${code})` : `isMap(${code})`
}

export function fits(operand: Operand, parameter: Parameter | undefined): string {
  const types = parameter?.types ?? ['any']
  if (types.includes('any')) return operand.isNullable ? `${operand.code} !== null` : 'true'
  const tests = types.map((type) => isType(operand, type)).filter((test) => test !== 'false')
  if (tests.includes('true')) return 'true'
  return tests.length === 0 ? 'false' : `(${tests.join(' || ')})`
}

export function allOf(tests: readonly string[]): string {
  if (tests.includes('false')) return 'false'
  return tests.filter((test) => test !== 'true').join(' && ') || 'true'
}
