import { lazy, Suspense, useState, type ComponentType, type ReactNode } from 'react'

/** A component of a module that is loaded when it is first shown, or before. */
export interface Later<Props> {
  (props: Props): ReactNode
  /** Loads it ahead; failing is left to the moment when it is shown. */
  load(): void
}

/** What has been loaded is drawn at once, without the blink that `lazy` alone would have. */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  fallback?: ReactNode,
): Later<Props> {
  const loaded: { component?: ComponentType<Props> } = {}
  const fetch = async () => ({ default: (loaded.component ??= await load()) })
  const Lazy = lazy(fetch)
  function Shown(props: Props) {
    // Chosen once, so that what is shown does not begin anew when the module has come.
    const [Component] = useState(() => loaded.component)
    if (Component !== undefined) return <Component {...props} />
    return (
      <Suspense fallback={fallback}>
        <Lazy {...props} />
      </Suspense>
    )
  }
  return Object.assign(Shown, { load: () => void fetch().catch(() => undefined) })
}
