import type { ReactNode } from 'react'
import type { Problem } from '@millrace/flow'
import type { Field } from '@millrace/sdk/descriptor'
import type { FormProps } from './form-props.ts'

export interface WidgetProps<F extends Field = Field> {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly field: F
  readonly value: unknown
  readonly onChange: (value: unknown) => void
  readonly describedBy: string | undefined
  readonly problem: Problem | undefined
  /** A form inside this one, for the rows of a list. */
  readonly renderForm: (props: FormProps) => ReactNode
}

export type CodeLikeField = Extract<
  Field,
  { kind: 'expression' | 'template' | 'path' | 'code' | 'json' }
>
