import { ContextMenu as RadixContext, DropdownMenu as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { Icon } from './icon.tsx'
import styles from './menu.module.css'
import { joined } from './joined.ts'
import { overlays } from './overlays.ts'
import { Shortcut } from './shortcut.tsx'

/** One line of a menu, or a line between (`separator`), or a heading over what follows. */
export type MenuEntry =
  | {
      readonly label: string
      readonly icon?: string
      readonly shortcut?: string | undefined
      readonly isDisabled?: boolean
      /** A tick beside it: one choice out of several. */
      readonly isChosen?: boolean
      readonly isDangerous?: boolean
      readonly testId?: string
      run(): void
    }
  | { readonly separator: true }
  | { readonly heading: string }

export interface MenuProps {
  readonly entries: readonly MenuEntry[]
  readonly children: ReactElement
  readonly align?: 'start' | 'center' | 'end'
  readonly side?: 'top' | 'right' | 'bottom' | 'left'
}

/** A menu under a button. */
export function Menu({ entries, children, align = 'start', side = 'bottom' }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal container={overlays()}>
        <Radix.Content
          className={styles['menu']}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
        >
          <Entries entries={entries} parts={Radix} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** A menu at the pointer, on the right button, a long press, or the menu key. */
export function ContextMenu({
  entries,
  children,
}: {
  readonly entries: readonly MenuEntry[]
  readonly children: ReactElement
}) {
  return (
    <RadixContext.Root modal={false}>
      <RadixContext.Trigger asChild>{children}</RadixContext.Trigger>
      <RadixContext.Portal container={overlays()}>
        <RadixContext.Content className={styles['menu']} collisionPadding={8}>
          <Entries entries={entries} parts={RadixContext} />
        </RadixContext.Content>
      </RadixContext.Portal>
    </RadixContext.Root>
  )
}

/** A menu at a point of the window, opened by what it is given. */
export function MenuAt({
  at,
  entries,
  onClose,
}: {
  readonly at: { readonly x: number; readonly y: number }
  readonly entries: readonly MenuEntry[]
  readonly onClose: () => void
}) {
  return (
    <Radix.Root open modal={false} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Trigger asChild>
        <span className={styles['anchor']} style={{ left: at.x, top: at.y }} aria-hidden />
      </Radix.Trigger>
      <Radix.Portal container={overlays()}>
        <Radix.Content
          className={styles['menu']}
          align="start"
          collisionPadding={8}
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          <Entries entries={entries} parts={Radix} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

type Parts = Pick<typeof Radix, 'Item' | 'Separator' | 'Label'>

function Entries({
  entries,
  parts,
}: {
  readonly entries: readonly MenuEntry[]
  readonly parts: Parts
}) {
  return entries.map((entry, index): ReactNode => {
    if ('separator' in entry)
      return <parts.Separator key={`separator ${index}`} className={styles['separator']} />
    if ('heading' in entry)
      return (
        <parts.Label key={entry.heading} className={styles['heading']}>
          {entry.heading}
        </parts.Label>
      )
    return (
      <parts.Item
        key={entry.label}
        className={joined(styles['item'], entry.isDangerous === true && styles['danger'])}
        disabled={entry.isDisabled ?? false}
        data-testid={entry.testId}
        onSelect={() => entry.run()}
      >
        <span className={styles['icon']}>
          {entry.icon !== undefined && <Icon name={entry.icon} size={14} />}
        </span>
        <span className={styles['label']}>{entry.label}</span>
        {entry.isChosen === true && <Icon name="check" size={14} />}
        {entry.shortcut !== undefined && <Shortcut keys={entry.shortcut} />}
      </parts.Item>
    )
  })
}
