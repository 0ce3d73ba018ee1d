import { createRoot } from 'react-dom/client'
import { createBrowserStorage } from './api/browser-storage.ts'
import { createHttpApi } from './api/http-api.ts'
import { openSocketChannel } from './api/socket-channel.ts'
import { createCanvasView } from './canvas/index.ts'
import { createLive } from './live/index.ts'
import { createEditor, type Clock } from './model/index.ts'
import { App } from './shell/app.tsx'
import { WorkbenchProvider, type Workbench } from './shell/context.tsx'
import { createLayout } from './shell/layout.ts'
import { exposeSnapshot } from './shell/snapshot.ts'
import './theme/tokens.css'
import './theme/base.css'
import { createTheme } from './theme/index.ts'
import { createNotices } from './ui/index.ts'
import { createValidate } from './api/validate.ts'

const clock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

function openWorkbench(): Workbench {
  const notices = createNotices()
  const editor = createEditor({
    api: createHttpApi(),
    storage: createBrowserStorage(),
    clock,
    random: Math.random,
    validate: createValidate(clock),
    notify: (notice) => notices.notify(notice),
  })
  const live = createLive(openSocketChannel(), {
    deployment: ({ flow, deployment }) => editor.onDeployment(flow, deployment),
    saved: ({ flow, revision }) => void editor.onSaved(flow, revision),
    connections: () => void editor.connections.load().catch(() => undefined),
    back: () => void editor.refresh().catch(() => undefined),
  })
  editor.session.subscribe(({ active }) => live.watch(active))
  const layout = createLayout(() => innerWidth)
  return { editor, live, layout, theme: createTheme(), notices, view: createCanvasView() }
}

const workbench = openWorkbench()
exposeSnapshot(workbench)
void workbench.editor.load()
void workbench.editor.api.alerts().then(
  (alerts) => workbench.live.setAlerts(alerts),
  () => undefined,
)
const root = document.querySelector('#root')
if (root !== null)
  createRoot(root).render(
    <WorkbenchProvider workbench={workbench}>
      <App />
    </WorkbenchProvider>,
  )
