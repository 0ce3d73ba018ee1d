import { interpret, interpretTemplate } from '@millrace/expression'
import type { Message } from '@millrace/sdk'
import type { CodeLikeField } from '../widget-props.ts'
import { shortText } from './sample-paths.ts'

/** What the text gives for a message, or undefined where there is nothing to tell. */
export function previewOf(
  field: CodeLikeField,
  text: string,
  sample: Message | undefined,
): string | undefined {
  if (sample === undefined || text.trim() === '') return undefined
  if (field.kind === 'template') {
    const template = text.includes('{{') ? interpretTemplate(text) : undefined
    return template?.ok === true ? shortText(template.value(sample)) : undefined
  }
  if (field.kind !== 'expression' && field.kind !== 'path') return undefined
  const expression = interpret(text)
  if (!expression.ok) return undefined
  const value = expression.value(sample)
  // A place that is not there yet is one that a node is about to fill.
  return field.kind === 'path' && value == null ? undefined : shortText(value)
}
