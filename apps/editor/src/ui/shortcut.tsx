import styles from './shortcut.module.css'

const onMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

const macSigns: Readonly<Record<string, string>> = {
  Mod: '⌘',
  Ctrl: '⌃',
  Alt: '⌥',
  Shift: '⇧',
  Enter: '↩',
  Delete: '⌫',
}

const otherSigns: Readonly<Record<string, string>> = { Mod: 'Ctrl', Delete: 'Del' }

const bothSigns: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Space: 'Space',
}

/** Keys such as `Mod+Shift+Z`, as this machine writes them. */
export function shownKeys(keys: string): string {
  const signs = onMac ? macSigns : otherSigns
  const parts = keys.split('+').map((key) => signs[key] ?? bothSigns[key] ?? key)
  return parts.join(onMac ? '' : '+')
}

export function Shortcut({ keys }: { readonly keys: string }) {
  return <kbd className={styles['shortcut']}>{shownKeys(keys)}</kbd>
}
