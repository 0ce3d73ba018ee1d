import type { BinaryOperator, MapEntry, Node } from './ast.ts'
import { isName } from './tokens.ts'

/** The canonical text of a tree; reading it again gives the same tree. */
export function print(node: Node): string {
  return write(node, 0)
}

/** A text literal that means `text` in this language and in JavaScript alike. */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

const binaryLevels: Readonly<Record<BinaryOperator, number>> = {
  '||': 2,
  '&&': 3,
  '==': 4,
  '!=': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  in: 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
}
const conditionalLevel = 1
const unaryLevel = 7
const postfixLevel = 8

function write(node: Node, level: number): string {
  const own = levelOf(node)
  const text = writeBare(node)
  return own < level ? `(${text})` : text
}

function levelOf(node: Node): number {
  if (node.kind === 'binary') return binaryLevels[node.operator]
  if (node.kind === 'conditional') return conditionalLevel
  if (node.kind === 'unary') return unaryLevel
  // `1.x` would read as a broken number.
  if (node.kind === 'literal' && typeof node.value === 'number') return unaryLevel
  return postfixLevel
}

function writeBare(node: Node): string {
  switch (node.kind) {
    case 'literal':
      return typeof node.value === 'string' ? quote(node.value) : String(node.value)
    case 'root':
    case 'variable':
      return node.name
    case 'member':
      return `${write(node.object, postfixLevel)}.${node.name}`
    case 'index':
      return `${write(node.object, postfixLevel)}[${write(node.index, 0)}]`
    case 'unary':
      return writeUnary(node.operator, write(node.operand, unaryLevel))
    case 'binary': {
      const own = binaryLevels[node.operator]
      return `${write(node.left, own)} ${node.operator} ${write(node.right, own + 1)}`
    }
    case 'conditional':
      return `${write(node.test, 2)} ? ${write(node.whenTrue, 1)} : ${write(node.whenFalse, 1)}`
    case 'call':
      return writeCall(node)
    case 'comprehension': {
      const bodies = [node.condition, node.body].filter((body) => body !== null)
      const args = [node.variable, ...bodies.map((body) => write(body, 0))].join(', ')
      return `${write(node.target, postfixLevel)}.${node.macro}(${args})`
    }
    case 'list':
      return `[${node.items.map((item) => write(item, 0)).join(', ')}]`
    case 'map':
      return `{${node.entries.map(writeEntry).join(', ')}}`
  }
}

function writeUnary(operator: string, operand: string): string {
  return operator === '-' && operand.startsWith('-') ? `-(${operand})` : operator + operand
}

function writeCall(node: Node & { kind: 'call' }): string {
  const [receiver, ...others] = node.args
  const plain = node.method && receiver ? others : node.args
  const args = plain.map((arg) => write(arg, 0)).join(', ')
  const before = node.method && receiver ? `${write(receiver, postfixLevel)}.` : ''
  return `${before}${node.name}(${args})`
}

function writeEntry({ key, value }: MapEntry): string {
  const text = key.kind === 'literal' && typeof key.value === 'string' ? key.value : null
  if (text !== null) return `${isName(text) ? text : quote(text)}: ${write(value, 0)}`
  const written = write(key, 0)
  // A bare word would be read as a key of that name.
  return `${isName(written) ? `(${written})` : written}: ${write(value, 0)}`
}
