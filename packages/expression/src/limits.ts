/** Every bound of the language in one place; what goes over one is a problem or `null`, never a crash. */

/** Characters in one expression or path. */
export const maxSourceLength = 10_000

/** Characters in one template, holes included. */
export const maxTemplateLength = 100_000

/** Brackets, unary operators and conditionals inside one another. */
export const maxNesting = 64

/** Height of the tree; a chain such as `a + b + c + …` grows it by one an operator. */
export const maxHeight = 500

/** Characters of a text, or elements of a list, that an expression makes. */
export const maxTextLength = 1 << 22
export const maxListLength = 1 << 20

/** Steps that one evaluation may take; a step is a few nanoseconds of work. */
export const maxSteps = 10_000_000

/** How deep data may be nested before it counts as unequal or unprintable. */
export const maxDataDepth = 200

/** The highest list index in a path that is written to: missing elements before it become null. */
export const maxPathIndex = 9_999

/** Instructions of a compiled regular expression. */
export const maxPatternSize = 1_000

/** Sets of places in a pattern that are remembered; over that, all are worked out anew. */
export const maxPatternStates = 500
