import { useState } from 'react'
import type { TestStep } from '@millrace/sdk'
import { useWorkbench } from '../shell/context.tsx'
import { Icon } from '../ui/index.ts'
import own from './connection-test.module.css'
import styles from './dialogs.module.css'

export interface RunningTest {
  readonly isRunning: boolean
  readonly steps: readonly TestStep[] | undefined
  readonly error: string | undefined
  run(): void
  forget(): void
}

export function useConnectionTest(id: string): RunningTest {
  const { editor } = useWorkbench()
  const [isRunning, setRunning] = useState(false)
  const [steps, setSteps] = useState<readonly TestStep[]>()
  const [error, setError] = useState<string>()
  const forget = () => {
    setSteps(undefined)
    setError(undefined)
  }
  const run = async () => {
    setRunning(true)
    forget()
    try {
      await editor.connections.test(id, (step) => setSteps((before = []) => [...before, step]))
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause))
    } finally {
      setRunning(false)
    }
  }
  return { isRunning, steps, error, run: () => void run(), forget }
}

const looks = {
  passed: { icon: 'circle-check', word: 'passed' },
  failed: { icon: 'circle-x', word: 'failed' },
  skipped: { icon: 'minus', word: 'not reached' },
} as const

/** How far a test of the connection got, step by step. */
export function ConnectionTest({ test }: { readonly test: RunningTest }) {
  const { isRunning, steps, error } = test
  if (!isRunning && steps === undefined && error === undefined) return null
  return (
    <section
      // It stands below a long form; each further step comes into sight.
      ref={(element) => element?.scrollIntoView({ block: 'nearest' })}
      className={own['test']}
      aria-live="polite"
      aria-label="Test"
      data-testid="test-steps"
    >
      <ol>
        {steps?.map(({ step, outcome, text }) => (
          <li key={step} className={own['step']} data-outcome={outcome}>
            <Icon name={looks[outcome].icon} size={14} />
            <span className={own['name']}>
              {step}
              <span className="unseen"> {looks[outcome].word}</span>
            </span>
            {text !== undefined && <span className={own['text']}>{text}</span>}
          </li>
        ))}
      </ol>
      {isRunning && (
        <p className={own['step']}>
          <Icon name="loader-circle" size={14} className={own['busy']} />
          Testing …
        </p>
      )}
      {error !== undefined && (
        <p className={styles['notice']} data-severity="error">
          {error}
        </p>
      )}
    </section>
  )
}
