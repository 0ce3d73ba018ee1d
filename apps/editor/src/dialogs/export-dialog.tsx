import { useEffect, useId, useState } from 'react'
import { useStore } from 'zustand'
import { shownBytes } from '../format/numbers.ts'
import { useWorkbench } from '../shell/context.tsx'
import { Button, Dialog } from '../ui/index.ts'
import { ChoiceRow } from './choice-row.tsx'
import { downloadText } from '../values/index.ts'
import styles from './dialogs.module.css'

type Extent = 'selection' | 'flows' | 'all'

/** The selected nodes, a flow, or all of them, as text to copy or a file to keep. */
export function ExportDialog({ flows }: { readonly flows: readonly string[] }) {
  const { editor, layout, notices } = useWorkbench()
  const id = useId()
  const all = useStore(editor.session, (session) => session.flows)
  const selected = editor.active()?.store.getState().selection.nodes.size ?? 0
  const [extent, setExtent] = useState<Extent>(flows.length > 0 ? 'flows' : 'all')
  const text = useExportText(extent, flows)
  const titles = flows.map((name) => all.find((flow) => flow.name === name)?.title ?? name)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text ?? '')
      notices.notify({ kind: 'done', text: 'Copied' })
    } catch {
      notices.notify({ kind: 'warning', text: 'The browser did not allow to copy.' })
    }
  }
  const isReady = text !== undefined
  return (
    <Dialog
      title="Export"
      description="With the connections that are used. Secrets are never part of it."
      testId="export-dialog"
      onClose={() => layout.closeDialog()}
      actions={
        <>
          <span className={styles['dim']}>
            {text !== undefined && shownBytes(new Blob([text]).size)}
          </span>
          <span className={styles['spacer']} />
          <Button icon="copy" disabled={!isReady} onClick={() => void copy()}>
            Copy
          </Button>
          <Button
            look="primary"
            icon="download"
            disabled={!isReady}
            data-testid="export-download"
            onClick={() => downloadText(text ?? '', fileNameFor(extent, flows))}
          >
            Download
          </Button>
        </>
      }
    >
      <div className={styles['stack']}>
        <ChoiceRow
          label="What to export"
          value={extent}
          onChange={setExtent}
          options={[
            ...(selected > 0
              ? [{ value: 'selection' as const, label: `Selection (${selected})` }]
              : []),
            ...(flows.length > 0 ? [{ value: 'flows' as const, label: titles.join(', ') }] : []),
            { value: 'all', label: `All flows (${all.length})` },
          ]}
        />
        <textarea
          id={id}
          className={styles['code']}
          readOnly
          rows={14}
          aria-label="Exported JSON"
          value={text ?? ''}
          onFocus={(event) => event.target.select()}
        />
      </div>
    </Dialog>
  )
}

function useExportText(extent: Extent, flows: readonly string[]): string | undefined {
  const { editor } = useWorkbench()
  const [written, setWritten] = useState<{ readonly of: Extent; readonly text: string }>()
  useEffect(() => {
    let isCurrent = true
    const write = async () => {
      if (extent === 'selection') return editor.active()?.copy() ?? ''
      const all = editor.session.getState().flows.map(({ name }) => name)
      const bundle = await editor.exportFlows(extent === 'all' ? all : flows)
      return JSON.stringify(bundle, undefined, 2)
    }
    write().then(
      (text) => isCurrent && setWritten({ of: extent, text }),
      (error: unknown) =>
        editor.notify({ kind: 'error', text: 'Not exported', detail: String(error) }),
    )
    return () => {
      isCurrent = false
    }
  }, [editor, extent, flows])
  return written?.of === extent ? written.text : undefined
}

function fileNameFor(extent: Extent, flows: readonly string[]): string {
  const [only] = flows
  const base = extent === 'flows' && flows.length === 1 && only !== undefined ? only : 'millrace'
  return extent === 'selection' ? 'nodes.json' : `${base}.json`
}
