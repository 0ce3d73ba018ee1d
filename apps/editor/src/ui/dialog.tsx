import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'
import styles from './dialog.module.css'

export interface DialogProps {
  readonly title: string
  /** One sentence under the title. */
  readonly description?: ReactNode
  readonly onClose: () => void
  readonly width?: 'narrow' | 'normal' | 'wide'
  readonly children: ReactNode
  /** Buttons at the lower right, the main one last. */
  readonly actions?: ReactNode
  readonly testId?: string
}

/** A window over everything else. Shown as long as it is mounted. */
export function Dialog(props: DialogProps) {
  const { title, description, onClose, width = 'normal', children, actions, testId } = props
  return (
    <Radix.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={styles['scrim']} />
        <Radix.Content
          className={styles['dialog']}
          data-width={width}
          data-testid={testId}
          // Unless something in it asks for the focus, the window itself takes it, not its X.
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
          }}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <header className={styles['header']}>
            <div>
              <Radix.Title className={styles['title']}>{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className={styles['description']}>
                  {description}
                </Radix.Description>
              )}
            </div>
            <IconButton icon="x" label="Close" shortcut="Escape" onClick={onClose} />
          </header>
          <div className={styles['body']}>{children}</div>
          {actions !== undefined && <footer className={styles['footer']}>{actions}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
