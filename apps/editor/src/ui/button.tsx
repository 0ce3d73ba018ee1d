import type { ButtonHTMLAttributes, Ref } from 'react'
import styles from './button.module.css'
import { Icon } from './icon.tsx'
import { joined } from './joined.ts'
import { Tooltip } from './tooltip.tsx'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` is for the one thing a place is about. */
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly size?: 'normal' | 'small'
  readonly icon?: string
  readonly isBusy?: boolean
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', size = 'normal', icon, isBusy, ...rest }: ButtonProps) {
  const { className, children, type = 'button', ...others } = rest
  const shown = isBusy === true ? 'loader-circle' : icon
  return (
    // oxlint-disable-next-line react/button-has-type -- the type is passed on
    <button
      {...others}
      type={type}
      aria-busy={isBusy === true || undefined}
      className={joined(styles['button'], styles[look], styles[size], className)}
    >
      {shown !== undefined && (
        <Icon name={shown} size={14} className={isBusy === true ? styles['busy'] : undefined} />
      )}
      {children}
    </button>
  )
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  readonly icon: string
  /** Its name, shown as a tooltip and read out. */
  readonly label: string
  /** Shown in the tooltip, such as `Ctrl+Z`. */
  readonly shortcut?: string | undefined
  readonly isActive?: boolean
  readonly size?: 'normal' | 'small'
  readonly side?: 'top' | 'right' | 'bottom' | 'left'
  readonly ref?: Ref<HTMLButtonElement>
}

export function IconButton(props: IconButtonProps) {
  const { icon, label, shortcut, isActive, size = 'normal', side, className, ...others } = props
  return (
    <Tooltip text={label} shortcut={shortcut} {...(side === undefined ? {} : { side })}>
      <button
        type="button"
        {...others}
        aria-label={label}
        aria-pressed={isActive}
        className={joined(
          styles['button'],
          styles['quiet'],
          styles['icon'],
          styles[size],
          className,
        )}
      >
        <Icon name={icon} size={size === 'small' ? 14 : 16} />
      </button>
    </Tooltip>
  )
}
