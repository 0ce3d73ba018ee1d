import { lazy, Suspense } from 'react'
import { ChoiceInput } from './choice-input.tsx'
import { ConnectionSelect } from './connection-select.tsx'
import { DurationInput } from './duration-input.tsx'
import { useFieldSurroundings } from './field-context.ts'
import { ListEditor } from './list-editor.tsx'
import { NumberInput } from './number-input.tsx'
import { PlainCode } from './plain-code.tsx'
import { SecretInput } from './secret-input.tsx'
import { Switch } from './switch.tsx'
import { TextInput } from './text-input.tsx'
import type { CodeLikeField, WidgetProps } from './widget-props.ts'

const CodeEditor = lazy(async () => ({
  default: (await import('./code-editor/index.ts')).CodeEditor,
}))

/** The control for a field of any kind. */
export function Widget(props: WidgetProps) {
  const { field, ...rest } = props
  switch (field.kind) {
    case 'text':
      return <TextInput {...rest} field={field} />
    case 'number':
    case 'integer':
      return <NumberInput {...rest} field={field} />
    case 'boolean':
      return <Switch {...rest} field={field} />
    case 'choice':
      return <ChoiceInput {...rest} field={field} />
    case 'duration':
      return <DurationInput {...rest} field={field} />
    case 'secret':
      return <SecretInput {...rest} field={field} />
    case 'connection':
      return <ConnectionSelect {...rest} field={field} />
    case 'list':
      return <ListEditor {...rest} field={field} />
    case 'expression':
    case 'template':
    case 'path':
    case 'code':
    case 'json':
      return <Code {...props} field={field} />
  }
}

function Code(props: WidgetProps<CodeLikeField>) {
  const { samples, used = nothing, settle, offered } = useFieldSurroundings()
  const { field } = props
  const names = async () =>
    field.kind === 'template' && field.offers !== undefined
      ? ((await offered?.(field.offers)) ?? [])
      : []
  return (
    <Suspense fallback={<PlainCode {...props} />}>
      <CodeEditor {...props} samples={samples} used={used} offered={names} settle={settle} />
    </Suspense>
  )
}

const nothing = (): readonly string[] => []
