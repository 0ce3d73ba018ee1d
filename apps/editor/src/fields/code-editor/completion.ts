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
const roots: Readonly<Record<string, string>> = {
  payload: 'What the message carries.',
  topic: 'Where it came from, such as an MQTT topic.',
  key: 'What its state is kept by, such as a device.',
  time: 'When it happened, in milliseconds since 1970.',
}

export interface Known {
  /** The newest messages. */
  samples(): readonly Message[]
  /** Places that the flow's other nodes name; known before a message has been seen. */
  used(): readonly string[]
}

/** Completes places seen in the newest messages, and functions. */
export function completer(
  known: Known,
  { isTemplate, isPath }: { readonly isTemplate: boolean; readonly isPath: boolean },
): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    if (isTemplate && !isInHole(context)) return null
    const typed = context.matchBefore(/[\w$.[\]"]*/)
    if (typed === null || (typed.text === '' && !context.explicit)) return null
    // What is being typed is used in this flow as well, since a moment ago.
    const paths = placesFor(known, typed.text)
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

function placesFor({ samples, used }: Known, typed: string): readonly Completion[] {
  const seen = seenPaths(samples())
  const known = new Set(seen.map(({ path }) => path))
  return [
    ...seen.map(({ path, kind, example }) => ({
      label: path,
      type: 'property',
      detail: kind,
      info: `last: ${example}`,
      boost: 10 - path.split('.').length,
    })),
    // Before the functions, of which there are many.
    ...Object.entries(roots)
      .filter(([root]) => !known.has(root))
      .map(([label, info], index) => ({ label, type: 'property', info, boost: 20 - index })),
    ...used()
      .filter((path) => path !== typed && !known.has(path) && !Object.hasOwn(roots, path))
      .map((label) => ({ label, type: 'property', detail: 'used in this flow', boost: 5 })),
  ]
}

function isInHole(context: CompletionContext): boolean {
  const before = context.state.sliceDoc(0, context.pos)
  return before.lastIndexOf('{{') > before.lastIndexOf('}}')
}
