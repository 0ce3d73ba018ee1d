import { useId, useState, type ReactNode } from 'react'
import { configValue, isConfigShown } from '@millrace/flow'
import type { Field } from '@millrace/sdk/descriptor'
import { Icon } from '../ui/index.ts'
import { useFieldSurroundings, useProblem } from './field-context.ts'
import styles from './fields.module.css'
import type { FormProps } from './form-props.ts'
import { HelpWords } from './help-words.tsx'
import { sectionsOf, type Section } from './sections.ts'
import { Widget } from './widget.tsx'

/** A form made from the fields of a descriptor. */
export function Form({ fields, config, onChange, prefix = '' }: FormProps) {
  const shown = Object.keys(fields).filter((name) => isConfigShown(fields, config, name))
  const plain = shown.filter((name) => fields[name]?.advanced !== true)
  const advanced = shown.filter((name) => fields[name]?.advanced === true)
  const rows = (sections: readonly Section[]) =>
    sections.map(({ title, names }) => (
      <fieldset key={title ?? names[0]} className={styles['section']}>
        {title !== undefined && <legend>{title}</legend>}
        <div className={styles['rows']}>
          {names.map((name) => (
            <FieldRow
              key={name}
              name={name}
              path={`${prefix}${name}`}
              field={withRowNames(fields[name], fields, config)}
              isNamedAbove={fields[name]?.label === title}
              value={configValue(fields, config, name)}
              onChange={(value) => onChange(name, value)}
            />
          ))}
        </div>
      </fieldset>
    ))
  return (
    <div className={styles['form']}>
      {rows(sectionsOf(fields, plain))}
      {advanced.length > 0 && (
        <Advanced names={advanced} prefix={prefix}>
          {rows(sectionsOf(fields, advanced))}
        </Advanced>
      )}
    </div>
  )
}

/** A text that names a row of a list is offered the names that there are. */
function withRowNames(
  field: Field | undefined,
  fields: FormProps['fields'],
  config: FormProps['config'],
): Field | undefined {
  if (field?.kind !== 'text' || field.rowOf === undefined) return field
  const [list = '', column = ''] = field.rowOf.split('.')
  const rows = configValue(fields, config, list)
  const names = (Array.isArray(rows) ? rows : []).flatMap((row: unknown) => textIn(row, column))
  return { ...field, suggestions: names }
}

function textIn(row: unknown, column: string): readonly string[] {
  const text = typeof row === 'object' && row !== null ? Reflect.get(row, column) : undefined
  return typeof text === 'string' && text !== '' ? [text] : []
}

interface AdvancedProps {
  readonly names: readonly string[]
  readonly prefix: string
  readonly children: ReactNode
}

/** Folded away until asked for, unless something in it is wrong. */
function Advanced({ names, prefix, children }: AdvancedProps) {
  const [isOpen, setOpen] = useState(false)
  const { problems } = useFieldSurroundings()
  const isWrong = problems.some(({ field }) =>
    names.some((name) => field !== undefined && field.startsWith(`${prefix}${name}`)),
  )
  // It stays open when that is mended: nobody is done typing by then.
  if (isWrong && !isOpen) setOpen(true)
  return (
    <div className={styles['advanced']}>
      <button
        type="button"
        className={styles['disclosure']}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} size={14} />
        Advanced
        <span className={styles['dim']}>{names.length}</span>
      </button>
      {isOpen && children}
    </div>
  )
}

interface FieldRowProps {
  readonly name: string
  readonly path: string
  readonly field: Field | undefined
  /** The heading says what the label would. */
  readonly isNamedAbove: boolean
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

const storedWithinMs = 600

const renderForm = (props: FormProps) => <Form {...props} />

function FieldRow(props: FieldRowProps) {
  const { name, path, field, isNamedAbove, value, onChange } = props
  const id = useId()
  const problem = useProblem(path)
  const { visit } = useFieldSurroundings()
  if (field === undefined) return null
  const isRequired = 'required' in field && field.required === true
  const describedBy = [
    ...(problem === undefined ? [] : [`${id}-problem`]),
    ...(field.help === undefined ? [] : [`${id}-help`]),
  ].join(' ')
  return (
    <div
      className={styles['row']}
      data-kind={field.kind}
      data-wide={(field.kind === 'text' && field.format === 'url') || undefined}
      data-field={path}
      data-wrong={problem?.severity}
      onFocus={({ target, currentTarget }) => {
        if (target.closest('[data-field]') === currentTarget) visit?.arrive(path)
      }}
      onBlur={({ relatedTarget, currentTarget }) => {
        // A window that is left keeps its focus.
        const isGone = document.hasFocus() && !currentTarget.contains(relatedTarget)
        if (!isGone) return
        // A secret is stored when it is left, which takes a moment.
        if (field.kind === 'secret') setTimeout(() => visit?.depart(path), storedWithinMs)
        else visit?.depart(path)
      }}
    >
      <label id={`${id}-label`} htmlFor={id} className={isNamedAbove ? 'unseen' : styles['label']}>
        {field.label}
        {isRequired && (
          <span className={styles['required']} aria-hidden>
            *
          </span>
        )}
      </label>
      <Widget
        id={id}
        name={name}
        path={path}
        field={field}
        value={value}
        onChange={onChange}
        describedBy={describedBy === '' ? undefined : describedBy}
        problem={problem}
        renderForm={renderForm}
      />
      {problem !== undefined && (
        <p id={`${id}-problem`} className={styles['problem']} role="alert">
          {problem.message}
        </p>
      )}
      {field.help !== undefined && (
        <p id={`${id}-help`} className={styles['help']}>
          <HelpWords text={field.help} />
        </p>
      )}
    </div>
  )
}
