import { useId, useState, type ReactNode } from 'react'
import { configValue, isConfigShown } from '@millrace/flow'
import type { Field, Fields } from '@millrace/sdk/descriptor'
import { Icon } from '../ui/index.ts'
import { useFieldSurroundings, useProblem } from './field-context.ts'
import styles from './fields.module.css'
import type { FormProps } from './form-props.ts'
import { Widget } from './widget.tsx'

interface Section {
  readonly title: string | undefined
  readonly names: string[]
}

/** A form made from the fields of a descriptor. */
export function Form({ fields, config, onChange, prefix = '' }: FormProps) {
  const shown = Object.keys(fields).filter((name) => isConfigShown(fields, config, name))
  const plain = shown.filter((name) => fields[name]?.advanced !== true)
  const advanced = shown.filter((name) => fields[name]?.advanced === true)
  const rows = (names: readonly string[]) =>
    sectionsOf(fields, names).map((section) => (
      <fieldset key={section.title ?? section.names[0]} className={styles['section']}>
        {section.title !== undefined && <legend>{section.title}</legend>}
        {section.names.map((name) => (
          <FieldRow
            key={name}
            name={name}
            path={`${prefix}${name}`}
            field={fields[name]}
            value={configValue(fields, config, name)}
            onChange={(value) => onChange(name, value)}
          />
        ))}
      </fieldset>
    ))
  return (
    <div className={styles['form']}>
      {rows(plain)}
      {advanced.length > 0 && (
        <Advanced names={advanced} prefix={prefix} count={advanced.length}>
          {rows(advanced)}
        </Advanced>
      )}
    </div>
  )
}

function sectionsOf(fields: Fields, names: readonly string[]): readonly Section[] {
  const sections: Section[] = []
  for (const name of names) {
    const title = fields[name]?.section
    const last = sections.at(-1)
    if (last === undefined || (title !== undefined && title !== last.title)) {
      sections.push({ title, names: [name] })
    } else last.names.push(name)
  }
  return sections
}

interface AdvancedProps {
  readonly names: readonly string[]
  readonly prefix: string
  readonly count: number
  readonly children: ReactNode
}

/** Folded away until asked for, unless something in it is wrong. */
function Advanced({ names, prefix, count, children }: AdvancedProps) {
  const [isOpen, setOpen] = useState(false)
  const { problems } = useFieldSurroundings()
  const isWrong = problems.some(({ field }) =>
    names.some((name) => field !== undefined && field.startsWith(`${prefix}${name}`)),
  )
  const isShown = isOpen || isWrong
  return (
    <div className={styles['advanced']}>
      <button
        type="button"
        className={styles['disclosure']}
        aria-expanded={isShown}
        onClick={() => setOpen(!isShown)}
      >
        <Icon name={isShown ? 'chevron-down' : 'chevron-right'} size={14} />
        Advanced
        <span className={styles['dim']}>{count}</span>
      </button>
      {isShown && children}
    </div>
  )
}

interface FieldRowProps {
  readonly name: string
  readonly path: string
  readonly field: Field | undefined
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

const renderForm = (props: FormProps) => <Form {...props} />

function FieldRow({ name, path, field, value, onChange }: FieldRowProps) {
  const id = useId()
  const problem = useProblem(path)
  if (field === undefined) return null
  const isRequired = 'required' in field && field.required === true
  const describedBy = problem !== undefined || field.help !== undefined ? `${id}-help` : undefined
  const isInline = field.kind === 'boolean'
  return (
    <div
      className={styles['row']}
      data-kind={field.kind}
      data-field={path}
      data-inline={isInline || undefined}
      data-wrong={problem?.severity}
    >
      <label id={`${id}-label`} htmlFor={id} className={styles['label']}>
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
        describedBy={describedBy}
        problem={problem}
        renderForm={renderForm}
      />
      {problem !== undefined ? (
        <p id={describedBy} className={styles['problem']} role="alert">
          {problem.message}
        </p>
      ) : (
        field.help !== undefined && (
          <p id={describedBy} className={styles['help']}>
            {field.help}
          </p>
        )
      )}
    </div>
  )
}
