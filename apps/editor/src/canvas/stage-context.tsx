import { createContext, use } from 'react'
import { useStore } from 'zustand'
import type { FlowState } from '../model/index.ts'
import type { CanvasState } from './canvas-state.ts'
import type { Stage } from './stage.ts'

export const StageContext = createContext<Stage | undefined>(undefined)

export function useStage(): Stage {
  const stage = use(StageContext)
  if (stage === undefined) throw new Error('Used outside of a canvas.')
  return stage
}

export function useCanvasState<Part>(select: (state: CanvasState) => Part): Part {
  return useStore(useStage().state, select)
}

/** A part of the flow that the canvas shows. */
export function useFlowPart<Part>(select: (state: FlowState) => Part): Part {
  return useStore(useStage().flow.store, select)
}
