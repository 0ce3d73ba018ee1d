import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { functionTable } from '@millrace/expression'
import type { Message } from '@millrace/sdk'
import { seenPaths } from './sample-paths.ts'

const functions: readonly Completion[] = functionTable.map((entry) => ({
  label: entry.name,
  type: 'function',
  apply: `${entry.name}(`,
  detail: `(${entry.parameters.map(({ name }) => name).join(', ')}) → ${entry.result}`,
  info: `${entry.summary}\n${entry.example.source} = ${JSON.stringify(entry.example.value)}`,
}))

const methods: readonly Completion[] = functionTable
  .filter(({ notation }) => notation !== 'function')
  .map((entry) => ({
    label: entry.name,
    type: 'method',
    apply: `${entry.name}(`,
    info: `${entry.summary}\n${entry.example.source} = ${JSON.stringify(entry.example.value)}`,
  }))

/** The message's own properties, offered also before a message has been seen. */
const roots = ['payload', 'topic', 'key', 'time']

/** Completes places seen in the newest messages, and functions. */
export function completer(
  samples: () => readonly Message[],
  { isTemplate, isPath }: { readonly isTemplate: boolean; readonly isPath: boolean },
): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    if (isTemplate && !isInHole(context)) return null
    const typed = context.matchBefore(/[\w$.[\]"]*/)
    if (typed === null || (typed.text === '' && !context.explicit)) return null
    const paths = placesFor(samples())
    const dot = typed.text.lastIndexOf('.')
    if (isPath || dot < 0) {
      const more = isPath ? [] : beginning(functions, typed.text)
      return { from: typed.from, options: [...paths, ...more] }
    }
    const whole = paths.filter(({ label }) => label.startsWith(typed.text.slice(0, dot + 1)))
    const inner = whole.map((path) => ({ ...path, label: path.label.slice(dot + 1) }))
    return {
      from: typed.from + dot + 1,
      options: [
        ...inner.filter(({ label }) => label !== ''),
        ...beginning(methods, typed.text.slice(dot + 1)),
      ],
    }
  }
}

/** Places may be found by any of their letters; functions only by how they begin. */
function beginning(options: readonly Completion[], text: string): readonly Completion[] {
  const wanted = text.toLowerCase()
  return options.filter(({ label }) => label.toLowerCase().startsWith(wanted))
}

function placesFor(samples: readonly Message[]): readonly Completion[] {
  const seen = seenPaths(samples)
  const known = new Set(seen.map(({ path }) => path))
  return [
    ...seen.map(({ path, kind, example }) => ({
      label: path,
      type: 'property',
      detail: kind,
      info: `last: ${example}`,
      boost: 10 - path.split('.').length,
    })),
    ...roots.filter((root) => !known.has(root)).map((label) => ({ label, type: 'property' })),
  ]
}

function isInHole(context: CompletionContext): boolean {
  const before = context.state.sliceDoc(0, context.pos)
  return before.lastIndexOf('{{') > before.lastIndexOf('}}')
}
