import { createStore, type StoreApi } from 'zustand/vanilla'

export type ThemeChoice = 'auto' | 'light' | 'dark'

export interface Theme {
  readonly choice: ThemeChoice
  /** What is shown: the choice, or what the machine asks for. */
  readonly shown: 'light' | 'dark'
}

const key = 'millrace-theme'

/** The look of the page: chosen, remembered, and following the machine when that is the choice. */
export function createTheme(): StoreApi<Theme> & { choose(choice: ThemeChoice): void } {
  const machine = matchMedia('(prefers-color-scheme: dark)')
  const shownFor = (choice: ThemeChoice) =>
    choice === 'auto' ? (machine.matches ? 'dark' : 'light') : choice
  const first = remembered()
  const store = createStore<Theme>(() => ({ choice: first, shown: shownFor(first) }))
  const show = ({ shown }: Theme) => {
    document.documentElement.dataset['theme'] = shown
  }
  store.subscribe(show)
  show(store.getState())
  machine.addEventListener('change', () =>
    store.setState(({ choice }) => ({ shown: shownFor(choice) })),
  )
  return {
    ...store,
    choose(choice) {
      store.setState({ choice, shown: shownFor(choice) })
      try {
        localStorage.setItem(key, choice)
      } catch {
        // A browser that keeps nothing forgets the choice; nothing else suffers.
      }
    },
  }
}

function remembered(): ThemeChoice {
  try {
    const kept = localStorage.getItem(key)
    return kept === 'light' || kept === 'dark' ? kept : 'auto'
  } catch {
    return 'auto'
  }
}
