import { autocompletion, completionKeymap } from '@codemirror/autocomplete'
import type { CompletionSource } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { json } from '@codemirror/lang-json'
import { bracketMatching, indentOnInput } from '@codemirror/language'
import { setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { EditorState, type Extension } from '@codemirror/state'
import { EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view'
import { check, checkTemplate, parsePath, type Problem } from '@millrace/expression'
import type { Message } from '@millrace/sdk'
import { useEffect, useRef, useState } from 'react'
import styles from '../fields.module.css'
import { codeText } from '../plain-code.tsx'
import type { CodeLikeField, WidgetProps } from '../widget-props.ts'
import { completer } from './completion.ts'
import { offeredNames } from './offered-names.ts'
import { expressionLanguage, highlighting } from './language.ts'
import { previewOf } from './preview.ts'
import { codeTheme } from './theme.ts'

export interface CodeEditorProps extends WidgetProps<CodeLikeField> {
  samples(): readonly Message[]
  used(): readonly string[]
  /** Names that the field could be, asked for when they are needed. */
  offered(): Promise<readonly string[]>
  settle(): void
}

/** An editor for expressions, templates, paths and code, with completion from live messages. */
export function CodeEditor(props: CodeEditorProps) {
  const { id, field, value, describedBy, samples } = props
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const latest = useRef(props)
  latest.current = props
  const text = codeText(value)

  useEffect(() => {
    if (host.current === null) return undefined
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({ doc: text, extensions: extensionsFor(latest) }),
    })
    view.current = made
    return () => made.destroy()
    // The document of the view follows `text` below; the view itself is made once for a field.
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, [field])

  useEffect(() => {
    const made = view.current
    if (made === undefined) return
    const shown = made.state.doc.toString()
    if (shown !== text && !made.hasFocus) {
      made.dispatch({ changes: { from: 0, to: shown.length, insert: text } })
    }
    made.dispatch(setDiagnostics(made.state, diagnosticsOf(field, made.state.doc.toString())))
  }, [text, field])

  const isTall = field.kind === 'code' || field.kind === 'json'
  return (
    <>
      <div
        ref={host}
        id={id}
        className={styles['code']}
        data-tall={isTall || undefined}
        data-language={field.kind === 'code' ? field.language : undefined}
        data-testid={`code-${props.path}`}
        aria-describedby={describedBy}
      />
      <Preview field={field} text={text} samples={samples} />
    </>
  )
}

type Latest = { readonly current: CodeEditorProps }

function extensionsFor(latest: Latest): readonly Extension[] {
  const { field, id } = latest.current
  const isTall = field.kind === 'code' || field.kind === 'json'
  // A certificate has no indentation, and Tab goes on to the next field.
  const isIndented = isTall && !(field.kind === 'code' && field.language === 'text')
  const isOneLine = !isTall && !(field.kind === 'template' && field.multiline === true)
  const hint = 'placeholder' in field ? (field.placeholder ?? field.default) : undefined
  return [
    history(),
    bracketMatching(),
    indentOnInput(),
    highlighting,
    codeTheme,
    languageFor(field),
    isTall ? lineNumbers() : [],
    isOneLine ? oneLine : EditorView.lineWrapping,
    typeof hint === 'string' ? placeholder(hint) : [],
    EditorView.contentAttributes.of({
      'aria-labelledby': `${id}-label`,
      spellcheck: 'false',
      ...('required' in field && field.required === true ? { 'aria-required': 'true' } : {}),
      tabindex: '0',
      ...(isIndented
        ? { 'aria-description': 'Tab indents; Escape and then Tab leaves the text' }
        : {}),
    }),
    autocompletion({
      override: hasCompletion(field) ? completersFor(latest) : null,
      icons: false,
      activateOnTyping: true,
    }),
    keymap.of([
      ...completionKeymap,
      // Mod+Enter deploys, wherever one is.
      ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
      ...historyKeymap,
      ...(isIndented ? [indentWithTab] : []),
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && update.view.hasFocus) typed(latest, update.state.doc.toString())
    }),
    EditorView.domEventHandlers({ blur: () => latest.current.settle() }),
  ]
}

function typed({ current }: Latest, text: string): void {
  if (current.field.kind !== 'json') {
    current.onChange(text === '' ? undefined : text)
    return
  }
  // Text that is no JSON stays in the flow as text, where the check says so.
  try {
    current.onChange(text.trim() === '' ? undefined : JSON.parse(text))
  } catch {
    current.onChange(text)
  }
}

/** Takes what is pasted or typed on one line. */
const oneLine: Extension = [
  EditorState.transactionFilter.of((transaction) =>
    transaction.docChanged && transaction.newDoc.lines > 1
      ? [transaction, { changes: lineBreaksOf(transaction.newDoc.toString()), sequential: true }]
      : transaction,
  ),
]

function lineBreaksOf(text: string): { from: number; to: number; insert: string }[] {
  return [...text.matchAll(/\n/g)].map(({ index }) => ({ from: index, to: index + 1, insert: ' ' }))
}

function languageFor(field: CodeLikeField): Extension {
  if (field.kind === 'json') return json()
  if (field.kind !== 'code') return expressionLanguage(field.kind === 'template')
  if (field.language === 'text') return []
  return field.language === 'json' ? json() : javascript()
}

function hasCompletion(field: CodeLikeField): boolean {
  return field.kind === 'expression' || field.kind === 'template' || field.kind === 'path'
}

function completersFor(latest: Latest): readonly CompletionSource[] {
  const { field } = latest.current
  const kinds = { isTemplate: field.kind === 'template', isPath: field.kind === 'path' }
  const known = { samples: () => latest.current.samples(), used: () => latest.current.used() }
  const offers = field.kind === 'template' && field.offers !== undefined
  return [
    completer(known, kinds),
    ...(offers ? [offeredNames(() => latest.current.offered())] : []),
  ]
}

function diagnosticsOf(field: CodeLikeField, text: string): readonly Diagnostic[] {
  if (text.trim() === '') return []
  return problemsOf(field, text).map(({ start, end, message, severity }) => ({
    from: Math.min(start, text.length),
    to: Math.min(Math.max(end, start), text.length),
    message,
    severity,
  }))
}

function problemsOf(field: CodeLikeField, text: string): readonly Problem[] {
  if (field.kind === 'expression') return check(text, { returns: field.returns }).problems
  if (field.kind === 'template') return checkTemplate(text).problems
  return field.kind === 'path' ? parsePath(text).problems : []
}

interface PreviewProps {
  readonly field: CodeLikeField
  readonly text: string
  samples(): readonly Message[]
}

/** What the text gives for the newest message, looked up twice a second. */
function Preview({ field, text, samples }: PreviewProps) {
  const [shown, setShown] = useState<string>()
  useEffect(() => {
    const look = () => setShown(previewOf(field, text, samples()[0]))
    look()
    const timer = setInterval(look, 500)
    return () => clearInterval(timer)
  }, [field, text, samples])
  if (shown === undefined) return null
  return (
    <p className={styles['preview']}>
      <span aria-label="gives for the latest message">=</span>
      <span>{shown}</span>
    </p>
  )
}
