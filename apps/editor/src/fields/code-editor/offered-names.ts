import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete'

const nameCharacters = /[^\s{}]*/

/** Completes a template that is still one plain name with those that are there, such as topics. */
export function offeredNames(
  offered: () => Promise<readonly string[]>,
): (context: CompletionContext) => Promise<CompletionResult | null> {
  return async (context) => {
    const typed = context.matchBefore(nameCharacters)
    const isWhole = typed === null || typed.from === 0
    if (!isWhole || context.state.doc.length > context.pos) return null
    const names = await offered()
    const options = names.map((label) => ({ label, type: 'constant' }))
    return options.length === 0 ? null : { from: 0, options, validFor: /^[^\s{}]*$/ }
  }
}
