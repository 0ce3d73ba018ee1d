import { isBundle } from '../model/index.ts'
import type { Workbench } from './context.tsx'

/** Puts the selected nodes on the system's clipboard, as JSON. */
export async function copySelection({ editor, notices }: Workbench): Promise<void> {
  const text = editor.active()?.copy()
  if (text === undefined) return
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    notices.notify({ kind: 'warning', text: 'The browser did not allow to copy. Use the keys.' })
  }
}

export async function cutSelection(workbench: Workbench): Promise<void> {
  await copySelection(workbench)
  workbench.editor.active()?.deleteSelection()
}

export async function pasteFromSystem(workbench: Workbench): Promise<void> {
  try {
    pasteText(workbench, await navigator.clipboard.readText())
  } catch {
    workbench.notices.notify({
      kind: 'warning',
      text: 'The browser did not allow to paste. Use the keys.',
    })
  }
}

/** Takes in a text: a piece of a flow onto the canvas, whole flows with connections by import. */
export function pasteText({ editor, layout, notices, view }: Workbench, text: string): void {
  if (isBundle(text)) {
    layout.openDialog({ kind: 'import', text })
    return
  }
  const flow = editor.active()
  if (flow?.paste(text, { at: view.pastePoint() }) === true) return
  const looksLikeJson = /^\s*[[{]/.test(text)
  if (looksLikeJson)
    notices.notify({
      kind: 'warning',
      text: 'This JSON is not a flow of Millrace.',
      detail: 'A flow has "millrace": 1 and a list of nodes.',
    })
}

/** Listens to the browser's own copy, cut and paste; texts in fields stay the browser's business. */
export function listenToClipboard(workbench: Workbench): () => void {
  const { editor } = workbench
  const onCopy = (event: ClipboardEvent) => {
    if (isTextConcerned(event)) return
    const flow = editor.active()
    const text = event.type === 'cut' ? flow?.cut() : flow?.copy()
    if (text === undefined) return
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
  }
  const onPaste = (event: ClipboardEvent) => {
    if (isTextConcerned(event)) return
    const text = event.clipboardData?.getData('text/plain')
    if (text === undefined || text === '') return
    event.preventDefault()
    pasteText(workbench, text)
  }
  document.addEventListener('copy', onCopy)
  document.addEventListener('cut', onCopy)
  document.addEventListener('paste', onPaste)
  return () => {
    document.removeEventListener('copy', onCopy)
    document.removeEventListener('cut', onCopy)
    document.removeEventListener('paste', onPaste)
  }
}

function isTextConcerned(event: Event): boolean {
  if (document.querySelector('[role="dialog"]') !== null) return true
  const isTextChosen = (getSelection()?.toString() ?? '') !== ''
  return isEditable(event.target) || (event.type !== 'paste' && isTextChosen)
}

/** Whether keys belong to the text in this element. */
export function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select'))
  )
}
