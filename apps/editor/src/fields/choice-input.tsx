import { RadioGroup } from 'radix-ui'
import type { ChoiceField, ChoiceOption } from '@millrace/sdk/descriptor'
import { Icon } from '../ui/index.ts'
import styles from './fields.module.css'
import type { WidgetProps } from './widget-props.ts'

/** A few short options stand side by side; more, or longer ones, in a list. */
export function ChoiceInput(props: WidgetProps<ChoiceField>) {
  const { id, path, field, value, onChange, describedBy } = props
  const isInList = path.includes(']')
  const chosen = typeof value === 'string' ? value : field.default
  const help = field.options.find((option) => option.value === chosen)?.help
  return (
    <>
      {fitsSideBySide(field.options, isInList) ? (
        <RadioGroup.Root
          id={id}
          className={styles['segments']}
          value={chosen}
          onValueChange={onChange}
          aria-labelledby={`${id}-label`}
          aria-describedby={describedBy}
        >
          {field.options.map((option) => (
            <RadioGroup.Item key={option.value} value={option.value} className={styles['segment']}>
              {option.label}
            </RadioGroup.Item>
          ))}
        </RadioGroup.Root>
      ) : (
        <span className={styles['select']}>
          <select
            id={id}
            className={styles['input']}
            value={chosen}
            aria-describedby={describedBy}
            onChange={(event) => onChange(event.target.value)}
          >
            {field.options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
          <Icon name="chevron-down" size={14} />
        </span>
      )}
      {help !== undefined && <p className={styles['help']}>{help}</p>}
    </>
  )
}

function fitsSideBySide(options: readonly ChoiceOption[], isInList: boolean): boolean {
  const letters = options.reduce((sum, option) => sum + option.label.length, 0)
  return !isInList && options.length <= 4 && letters <= 30
}
