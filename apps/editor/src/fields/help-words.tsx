import type { ReactNode } from 'react'

/** A sentence of help, with what stands between backticks as code. */
export function HelpWords({ text }: { readonly text: string }): ReactNode {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? <code key={`${index} ${part}`}>{part}</code> : part))
}
