import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { tags } from '@lezer/highlight'

const word = /^[A-Za-z_$][\w$]*/

interface Place {
  /** Inside `{{ }}`; always true in an expression. */
  isCode: boolean
}

/** Colours for expressions; in a template for what stands between its braces. */
export function expressionLanguage(isTemplate: boolean): Extension {
  return StreamLanguage.define<Place>({
    startState: () => ({ isCode: !isTemplate }),
    token(stream, place) {
      if (isTemplate && stream.match(place.isCode ? '}}' : '{{')) {
        place.isCode = !place.isCode
        return 'brace'
      }
      if (!place.isCode) {
        if (!stream.skipTo('{{')) stream.skipToEnd()
        else if (stream.pos === stream.start) stream.next()
        return null
      }
      if (stream.eatSpace()) return null
      if (stream.match(/^\/\/.*/)) return 'comment'
      if (stream.match(/^r?("([^"\\]|\\.)*"?|'([^'\\]|\\.)*'?)/)) return 'string'
      if (stream.match(/^(0x[\da-f]+|\d+(\.\d+)?(e[+-]?\d+)?)/i)) return 'number'
      if (stream.match(/^(true|false|null)\b/)) return 'atom'
      if (stream.match(/^in\b/)) return 'keyword'
      if (stream.match(word)) {
        return stream.match(/^\s*\(/, false) ? 'variableName.function' : 'propertyName'
      }
      stream.next()
      return 'operator'
    },
  })
}

/** The colour of a category as text, which needs more contrast than an icon. */
const legible = (tint: string) => `color-mix(in oklch, var(--tint-${tint}) 80%, var(--text))`

/** One palette for all code, in the colours of the theme. */
export const highlighting: Extension = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.string, color: 'var(--good-text)' },
    { tag: [tags.number, tags.atom, tags.bool, tags.null], color: legible('route') },
    { tag: tags.keyword, color: legible('transform') },
    { tag: [tags.function(tags.variableName), tags.brace], color: 'var(--accent-text)' },
    { tag: tags.comment, color: 'var(--text-faint)', fontStyle: 'italic' },
    { tag: tags.operator, color: 'var(--text-dim)' },
  ]),
)
