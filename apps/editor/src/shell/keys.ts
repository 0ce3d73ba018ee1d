import type { Action } from './actions/action.ts'
import { actionsOf } from './actions/actions.ts'
import { isEditable, listenToClipboard } from './clipboard.ts'
import type { Workbench } from './context.tsx'
import { keysOf } from './keys-of.ts'

const regions = ['header', 'rail', 'canvas', 'inspector', 'drawer', 'status'] as const

/** Keys that work while a text is being typed. */
const alwaysOn = new Set(['Mod+K', 'Mod+Enter', 'Mod+S', 'Mod+J', 'Mod+B', 'Mod+I'])

/** Runs actions by their keys, wherever the focus is; returns what stops it. */
export function listenToKeys(workbench: Workbench): () => void {
  const byKeys = new Map<string, Action>()
  for (const action of actionsOf(workbench))
    if (action.keys !== undefined && action.isHandledElsewhere !== true)
      byKeys.set(action.keys, action)
  alias(byKeys, 'Mod+Y', 'Mod+Shift+Z')
  alias(byKeys, 'Backspace', 'Delete')
  alias(byKeys, 'Mod+Backspace', 'Mod+Delete')
  alias(byKeys, 'Mod++', 'Mod+=')

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    if (event.key === 'F6') {
      event.preventDefault()
      cycleRegion(event.shiftKey ? -1 : 1)
      return
    }
    const keys = keysOf(event)
    const action = byKeys.get(keys)
    if (action === undefined) return
    const isInDialog = document.querySelector('[role="dialog"]') !== null
    if (keys !== 'Mod+K' && isInDialog) return
    if (!alwaysOn.has(keys) && (isEditable(event.target) || isInList(event.target))) return
    if (action.isEnabled?.() === false) return
    event.preventDefault()
    action.run()
  }
  document.addEventListener('keydown', onKeyDown)
  const stopClipboard = listenToClipboard(workbench)
  return () => {
    document.removeEventListener('keydown', onKeyDown)
    stopClipboard()
  }
}

function alias(byKeys: Map<string, Action>, other: string, keys: string): void {
  const action = byKeys.get(keys)
  if (action !== undefined) byKeys.set(other, action)
}

/** Menus and lists have keys of their own; only those with Mod pass. */
function isInList(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('[role="menu"],[role="listbox"]') !== null
}

/** Puts the focus on the next part of the page that is shown. */
function cycleRegion(step: 1 | -1): void {
  const shown = regions.flatMap((name) => {
    const element = document.querySelector<HTMLElement>(`[data-region="${name}"]`)
    return element === null ? [] : [element]
  })
  const at = shown.findIndex((element) => element.contains(document.activeElement))
  const next = shown[(at + step + shown.length) % shown.length]
  const canvas = next?.querySelector<HTMLElement>('[data-canvas]')
  const first = next?.querySelector<HTMLElement>(
    'input:not([disabled]), [role="tab"][tabindex="0"], button:not([disabled]):not([tabindex="-1"]), [tabindex="0"]',
  )
  const target = canvas ?? first ?? next
  target?.focus()
}
