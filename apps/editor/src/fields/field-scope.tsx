import { useEffect, useRef, useState, type ReactNode } from 'react'
import { FieldContext, type FieldSurroundings } from './field-context.ts'
import { arrived, departed, insisted, noVisits, problemsToTell } from './visits.ts'

interface FieldScopeProps {
  readonly surroundings: Omit<FieldSurroundings, 'visit'>
  /** Each other one is a moment at which all that is wrong is told, as when a form is submitted. */
  readonly insistence: object | undefined
  readonly children: ReactNode
}

/** What the widgets of a form share, and where in it a person has been. */
export function FieldScope({ surroundings, insistence, children }: FieldScopeProps) {
  const [visits, setVisits] = useState(noVisits)
  const [heard, setHeard] = useState<object>()
  const afterPress = useAfterPress()
  if (insistence !== undefined && insistence !== heard) {
    setHeard(insistence)
    setVisits(insisted(visits, surroundings.problems))
  }
  const problems = problemsToTell(surroundings.problems, visits)
  const visit = {
    arrive: (field: string) => setVisits((before) => arrived(before, field)),
    depart: (field: string) => afterPress(() => setVisits((before) => departed(before, field))),
  }
  return <FieldContext value={{ ...surroundings, problems, visit }}>{children}</FieldContext>
}

/**
 * Acts once the pointer is released. A press takes the focus from a field; were its problem told at
 * once, what is pressed would move away and not be clicked.
 */
function useAfterPress(): (act: () => void) => void {
  const waiting = useRef<(() => void)[]>(undefined)
  useEffect(() => {
    const press = () => {
      // Another finger may be down already.
      waiting.current ??= []
    }
    const release = () => {
      const acts = waiting.current ?? []
      waiting.current = undefined
      // The click follows the release.
      setTimeout(() => acts.forEach((act) => act()))
    }
    const ends = ['pointerup', 'pointercancel', 'dragend'] as const
    window.addEventListener('pointerdown', press, true)
    for (const end of ends) window.addEventListener(end, release, true)
    return () => {
      window.removeEventListener('pointerdown', press, true)
      for (const end of ends) window.removeEventListener(end, release, true)
    }
  }, [])
  return (act) => {
    if (waiting.current === undefined) act()
    else waiting.current.push(act)
  }
}
