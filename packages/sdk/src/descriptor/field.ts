/**
 * A field of a node type's configuration. The form, the validation, the docs and the TypeScript
 * type of `config` all come from it. Everything here is plain data that survives JSON.
 */
export type Field =
  | TextField
  | NumberField
  | IntegerField
  | BooleanField
  | ChoiceField
  | DurationField
  | ExpressionField
  | TemplateField
  | PathField
  | CodeField
  | JsonField
  | SecretField
  | ConnectionField
  | ListField

export type FieldKind = Field['kind']

/** Fields by name, in the order in which the form shows them. */
export type Fields = { readonly [name: string]: Field }

interface FieldCommon {
  readonly label: string
  /** One sentence under the field. */
  readonly help?: string
  /** Shown behind "Advanced". */
  readonly advanced?: boolean
  /** The field exists only while this holds; a hidden field keeps its value and is not checked. */
  readonly when?: FieldCondition
  /** Heading of the section that starts with this field. */
  readonly section?: string
}

/** Holds while the sibling field has one of the values, or a text that begins like one of these. */
export interface FieldCondition {
  readonly field: string
  readonly is?: readonly (string | number | boolean)[]
  /** In small letters, such as `https:`; the text may have capitals. */
  readonly begins?: readonly string[]
  /** Has to hold as well. */
  readonly and?: FieldCondition
  /** Is enough by itself. */
  readonly or?: FieldCondition
}

export interface Offers {
  /** A field of kind `connection` of the node. */
  readonly connection: string
  /** Name of the step. */
  readonly step: string
}

export interface TextField extends FieldCommon {
  readonly kind: 'text'
  readonly default?: string
  readonly required?: boolean
  readonly placeholder?: string
  readonly multiline?: boolean
  /** Longest text, in characters; 10,000 when absent. */
  readonly maxLength?: number
  /** Source of a regular expression for the whole text, with the sentence shown when it fails. */
  readonly pattern?: string
  readonly patternHint?: string
  readonly suggestions?: readonly string[]
  /** The form also offers what a step of the test of a connection finds, by the field that has it. */
  readonly offers?: Offers
  /** It has to be what a row of a sibling list says in a column: `list.column`. The form offers them. */
  readonly rowOf?: string
  /** A check known by name to validator and editor. */
  readonly format?:
    | 'mqtt-topic'
    | 'mqtt-filter'
    | 'url'
    | 'http-path'
    | 'host'
    | 'cron'
    | 'identifier'
}

export interface NumberField extends FieldCommon {
  readonly kind: 'number'
  readonly default?: number
  readonly required?: boolean
  /** Shown while there is neither a value nor a default. */
  readonly placeholder?: string
  readonly min?: number
  readonly max?: number
  readonly unit?: string
}

export interface IntegerField extends Omit<NumberField, 'kind'> {
  readonly kind: 'integer'
  /** The sibling that it may not be smaller than. */
  readonly notBelow?: string
}

export interface BooleanField extends FieldCommon {
  readonly kind: 'boolean'
  readonly default: boolean
}

export interface ChoiceOption {
  readonly value: string
  readonly label: string
  readonly help?: string
  /** How the line on the card says it, where the label is too long; empty leaves it out. */
  readonly face?: string
}

export interface ChoiceField extends FieldCommon {
  readonly kind: 'choice'
  readonly options: readonly ChoiceOption[]
  readonly default: string
}

/** A stretch of time in milliseconds; the form lets the person type "10 s" or "2 min". */
export interface DurationField extends FieldCommon {
  readonly kind: 'duration'
  /** What 0 means, in a word or two such as `never`; stands in the form in its place. */
  readonly zero?: string
  readonly default?: number
  readonly required?: boolean
  readonly min?: number
  readonly max?: number
}

export type ExpressionResult = 'boolean' | 'number' | 'text' | 'any'

/** An expression over the message; it reaches the node compiled. */
export interface ExpressionField extends FieldCommon {
  readonly kind: 'expression'
  readonly returns: ExpressionResult
  readonly default?: string
  readonly required?: boolean
  readonly placeholder?: string
}

/** Text with `{{ expression }}` in it; it reaches the node compiled. */
export interface TemplateField extends FieldCommon {
  readonly kind: 'template'
  /** A check of what is fixed in it, known by name to validator and editor. */
  readonly format?: 'url'
  readonly default?: string
  readonly required?: boolean
  readonly placeholder?: string
  readonly multiline?: boolean
  /** See `TextField.offers`. */
  readonly offers?: Offers
}

/** A place in the message, such as `payload.temperature`; it reaches the node compiled. */
export interface PathField extends FieldCommon {
  readonly kind: 'path'
  readonly default?: string
  readonly required?: boolean
  readonly placeholder?: string
}

export interface CodeField extends FieldCommon {
  readonly kind: 'code'
  readonly language: 'javascript' | 'text' | 'json'
  readonly default?: string
  readonly required?: boolean
}

/** Any JSON value. */
export interface JsonField extends FieldCommon {
  readonly kind: 'json'
  readonly default?: unknown
  readonly required?: boolean
}

/** Never part of a flow: kept encrypted by the server, write-only for the editor. */
export interface SecretField extends FieldCommon {
  readonly kind: 'secret'
  readonly required?: boolean
}

/** A reference to a connection by its id; the node gets what the connection type opened. */
export interface ConnectionField extends FieldCommon {
  readonly kind: 'connection'
  /** Node type of the connection, such as `mqtt/connection`. */
  readonly type: string
  readonly required?: boolean
}

/** Rows of fields. A row may carry an `id`, by which a port that stands for it is named. */
export interface ListField extends FieldCommon {
  readonly kind: 'list'
  readonly item: Fields
  readonly itemLabel: string
  readonly min?: number
  /** Most rows; 100 when absent. */
  readonly max?: number
  /** The column in which no two rows may say the same, such as a name. */
  readonly distinct?: string
  /** A check of the rows together that validator and editor know by name. */
  readonly format?: 'pattern-steps' | 'http-headers'
  readonly default?: readonly Readonly<Record<string, unknown>>[]
}
