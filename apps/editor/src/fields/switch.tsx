import { Switch as Radix } from 'radix-ui'
import type { BooleanField } from '@millrace/sdk/descriptor'
import styles from './fields.module.css'
import type { WidgetProps } from './widget-props.ts'

export function Switch({ id, value, onChange, describedBy }: WidgetProps<BooleanField>) {
  return (
    <Radix.Root
      id={id}
      className={styles['switch']}
      checked={value === true}
      onCheckedChange={(isOn) => onChange(isOn)}
      aria-labelledby={`${id}-label`}
      aria-describedby={describedBy}
    >
      <Radix.Thumb className={styles['thumb']} />
    </Radix.Root>
  )
}
