/** A way to subscribe that calls at most once in a while; the last change is never missed. */
export function calmly(
  subscribe: (listener: () => void) => () => void,
  everyMs: number,
): (listener: () => void) => () => void {
  return (listener) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isDue = false
    const tick = () => {
      timer = undefined
      if (!isDue) return
      isDue = false
      timer = setTimeout(tick, everyMs)
      listener()
    }
    const stop = subscribe(() => {
      isDue = true
      if (timer === undefined) tick()
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }
}
