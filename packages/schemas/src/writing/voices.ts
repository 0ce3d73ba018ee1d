/** Says that the flow is to slow down, or may go on. */
export type Press = (isHigh: boolean) => void

/** Lets several parts of a node press, each for itself: the flow goes on when none of them does. */
export function voices(press: Press): () => Press {
  const pressing = new Set<Press>()
  return () => {
    const voice: Press = (isHigh) => {
      if (isHigh) pressing.add(voice)
      else pressing.delete(voice)
      press(pressing.size > 0)
    }
    return voice
  }
}
