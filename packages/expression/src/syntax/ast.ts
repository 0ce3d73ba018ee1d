/** Where a node stands in its source: `end` is exclusive. */
export interface Span {
  start: number
  end: number
}

export type BinaryOperator = LogicalOperator | RelationOperator | ArithmeticOperator
export type LogicalOperator = '&&' | '||'
export type RelationOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in'
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type UnaryOperator = '!' | '-'
export type MacroName = 'all' | 'exists' | 'exists_one' | 'map' | 'filter'

export interface Literal extends Span {
  kind: 'literal'
  value: null | boolean | number | string
}

/** A property of the message itself. */
export interface Root extends Span {
  kind: 'root'
  name: string
}

/** The variable of a comprehension around it. */
export interface Variable extends Span {
  kind: 'variable'
  name: string
}

export interface Member extends Span {
  kind: 'member'
  object: Node
  name: string
}

export interface Index extends Span {
  kind: 'index'
  object: Node
  index: Node
}

export interface Unary extends Span {
  kind: 'unary'
  operator: UnaryOperator
  operand: Node
}

export interface Binary extends Span {
  kind: 'binary'
  operator: BinaryOperator
  left: Node
  right: Node
}

export interface Conditional extends Span {
  kind: 'conditional'
  test: Node
  whenTrue: Node
  whenFalse: Node
}

/** `f(x, y)` and `x.f(y)` mean the same; `method` keeps how it was written. */
export interface Call extends Span {
  kind: 'call'
  name: string
  nameSpan: Span
  method: boolean
  args: Node[]
}

/** `list.map(x, body)` and its kin. `condition` exists only in `list.map(x, condition, body)`. */
export interface Comprehension extends Span {
  kind: 'comprehension'
  macro: MacroName
  target: Node
  variable: string
  condition: Node | null
  body: Node
}

export interface ListLiteral extends Span {
  kind: 'list'
  items: Node[]
}

export interface MapEntry {
  key: Node
  value: Node
}

export interface MapLiteral extends Span {
  kind: 'map'
  entries: MapEntry[]
}

export type Node =
  | Literal
  | Root
  | Variable
  | Member
  | Index
  | Unary
  | Binary
  | Conditional
  | Call
  | Comprehension
  | ListLiteral
  | MapLiteral

/** The nodes directly below one, in the order of the source. */
export function childrenOf(node: Node): Node[] {
  switch (node.kind) {
    case 'literal':
    case 'root':
    case 'variable':
      return []
    case 'member':
      return [node.object]
    case 'index':
      return [node.object, node.index]
    case 'unary':
      return [node.operand]
    case 'binary':
      return [node.left, node.right]
    case 'conditional':
      return [node.test, node.whenTrue, node.whenFalse]
    case 'call':
      return node.args
    case 'comprehension':
      return [node.target, ...(node.condition ? [node.condition] : []), node.body]
    case 'list':
      return node.items
    case 'map':
      return node.entries.flatMap((entry) => [entry.key, entry.value])
  }
}

export function countNodes(node: Node): number {
  return childrenOf(node).reduce((sum, child) => sum + countNodes(child), 1)
}
