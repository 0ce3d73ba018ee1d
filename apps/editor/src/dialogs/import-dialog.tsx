import { useDeferredValue, useMemo, useRef, useState, type DragEvent } from 'react'
import type { Bundle } from '@millrace/flow'
import type { ImportResult } from '@millrace/protocol'
import { useWorkbench } from '../shell/context.tsx'
import { Button, Dialog } from '../ui/index.ts'
import styles from './dialogs.module.css'
import { ImportPreview } from './import-preview.tsx'
import { ImportOutcome } from './import-outcome.tsx'
import { readImport } from './import-text.ts'

/** Takes flows from a text or a file, after showing what they hold. */
export function ImportDialog({ text: given }: { readonly text: string }) {
  const { editor, layout, view } = useWorkbench()
  const [text, setText] = useState(given)
  const [isBusy, setBusy] = useState(false)
  const [result, setResult] = useState<ImportResult>()
  const shown = useDeferredValue(text)
  const found = useMemo(() => readImport(shown), [shown])
  const flow = editor.active()
  const isReady = found.kind === 'bundle' || (found.kind === 'nodes' && flow !== undefined)
  const takeBundle = async (bundle: Bundle) => {
    setBusy(true)
    try {
      setResult(await editor.importBundle(bundle))
    } catch (error) {
      editor.notify({ kind: 'error', text: 'Not imported', detail: sentence(error) })
    } finally {
      setBusy(false)
    }
  }
  const take = () => {
    if (found.kind === 'bundle') void takeBundle(found.bundle)
    if (found.kind !== 'nodes' || flow === undefined) return
    flow.paste(found.text, { at: view.pastePoint() })
    layout.closeDialog()
  }
  if (result !== undefined)
    return <ImportOutcome result={result} onClose={() => layout.closeDialog()} />
  return (
    <Dialog
      title="Import"
      description="Flows that Millrace exported, or nodes copied from a canvas."
      testId="import-dialog"
      onClose={() => layout.closeDialog()}
      actions={
        <>
          <FileButton onText={setText} />
          <span className={styles['spacer']} />
          <Button onClick={() => layout.closeDialog()}>Cancel</Button>
          <Button
            look="primary"
            icon="file-input"
            isBusy={isBusy}
            disabled={!isReady || isBusy}
            data-testid="import-confirm"
            onClick={take}
          >
            Import
          </Button>
        </>
      }
    >
      <div className={styles['stack']}>
        <TextDrop text={text} onText={setText} isSmall={isReady} />
        <ImportPreview found={found} />
      </div>
    </Dialog>
  )
}

interface TextDropProps {
  readonly text: string
  readonly onText: (text: string) => void
  /** Makes room for the preview once there is something to see. */
  readonly isSmall: boolean
}

function TextDrop({ text, onText, isSmall }: TextDropProps) {
  const [isOver, setOver] = useState(false)
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const [file] = event.dataTransfer.files
    if (file === undefined) onText(event.dataTransfer.getData('text/plain'))
    else void file.text().then(onText)
  }
  return (
    <textarea
      className={styles['code']}
      rows={isSmall ? 5 : 10}
      autoFocus
      spellCheck={false}
      aria-label="JSON to import"
      placeholder="Paste JSON here, or drop a file"
      data-dropping={isOver || undefined}
      value={text}
      onChange={(event) => onText(event.target.value)}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    />
  )
}

function FileButton({ onText }: { readonly onText: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button icon="folder-open" onClick={() => input.current?.click()}>
        Choose a file …
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        data-testid="import-file"
        onChange={(event) => {
          const [file] = event.target.files ?? []
          if (file !== undefined) void file.text().then(onText)
          event.target.value = ''
        }}
      />
    </>
  )
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
