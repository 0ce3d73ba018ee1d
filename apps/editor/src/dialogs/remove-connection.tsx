import { useState } from 'react'
import { useWorkbench } from '../shell/context.tsx'
import { Button } from '../ui/index.ts'

interface RemoveConnectionProps {
  readonly id: string
  readonly onRemoved: () => void
}

/** Deletes a connection at the second press; the server refuses while a flow uses it. */
export function RemoveConnection({ id, onRemoved }: RemoveConnectionProps) {
  const { editor } = useWorkbench()
  const [isAsked, setAsked] = useState(false)
  const remove = async () => {
    try {
      await editor.connections.remove(id)
      onRemoved()
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      editor.notify({ kind: 'error', text: 'The connection was not deleted', detail })
      setAsked(false)
    }
  }
  return (
    <Button
      look={isAsked ? 'danger' : 'quiet'}
      icon="trash-2"
      onBlur={() => setAsked(false)}
      onClick={() => (isAsked ? void remove() : setAsked(true))}
    >
      {isAsked ? 'Delete for good' : 'Delete'}
    </Button>
  )
}
