import { useStore } from 'zustand'
import { Button, EmptyState, later } from '../ui/index.ts'
import { useWorkbench } from './context.tsx'
import styles from './welcome.module.css'

const Gallery = later(async () => (await import('../examples/index.ts')).Gallery)

/** What stands where the canvas will be, while no flow is open. */
export function Welcome() {
  const { editor, layout } = useWorkbench()
  const { isLoaded, loadError, flows, tabs } = useStore(editor.session)
  if (loadError !== undefined)
    return (
      <EmptyState icon="wifi-off" title="The server does not answer">
        <p>{loadError}</p>
        <p>
          <Button onClick={() => void editor.load()}>Try again</Button>
        </p>
      </EmptyState>
    )
  if (!isLoaded || tabs.length > 0) return null
  return (
    <div className={styles['welcome']}>
      <header className={styles['head']}>
        <div>
          <h2 className={styles['title']}>
            {flows.length === 0 ? 'No flows yet' : 'No flow is open'}
          </h2>
          <p>A flow takes messages in, does something with them, and sends them on.</p>
        </div>
        <Button look="primary" icon="plus" onClick={() => layout.setState({ isNamingFlow: true })}>
          New flow
        </Button>
        <Button icon="file-up" onClick={() => layout.openDialog({ kind: 'import' })}>
          Import
        </Button>
      </header>
      <h3 className={styles['heading']}>Or start from an example, with simulated data</h3>
      <Gallery />
    </div>
  )
}
