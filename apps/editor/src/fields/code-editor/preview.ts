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
    const template = interpretTemplate(text)
    return template.ok ? shortText(template.value(sample)) : undefined
  }
  if (field.kind !== 'expression' && field.kind !== 'path') return undefined
  const expression = interpret(text)
  return expression.ok ? shortText(expression.value(sample)) : undefined
}
