import { pasteText } from '../shell/clipboard.ts'
import type { Stage } from './stage.ts'

/** Longest file that is taken in, in bytes. */
const longest = 20_000_000

/** Takes in files and texts that are dropped on the canvas, as if they were pasted there. */
export function takeDrops(stage: Stage, element: HTMLElement): () => void {
  const onDragOver = (event: DragEvent) => {
    event.preventDefault()
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    stage.pointer = { x: event.clientX, y: event.clientY }
    void read(event.dataTransfer).then((text) => {
      if (text !== '') pasteText(stage.workbench, text)
    })
  }
  element.addEventListener('dragover', onDragOver)
  element.addEventListener('drop', onDrop)
  return () => {
    element.removeEventListener('dragover', onDragOver)
    element.removeEventListener('drop', onDrop)
  }
}

async function read(data: DataTransfer | null): Promise<string> {
  const file = data?.files[0]
  if (file === undefined) return data?.getData('text/plain') ?? ''
  return file.size > longest ? '' : file.text()
}
