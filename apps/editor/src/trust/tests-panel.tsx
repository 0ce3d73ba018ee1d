import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { FlowTestCase, FlowTestResult } from '@millrace/flow'
import type { FlowEditor } from '../model/index.ts'
import { Button, EmptyState, Icon, IconButton } from '../ui/index.ts'
import { CaseDetail } from './case-detail.tsx'
import { testsOf } from './tests-of.ts'
import type { TestsStore } from './tests-store.ts'
import styles from './trust.module.css'

/** The tests of the flow: what is given to it, what has to come of it, and how it went. */
export function TestsPanel({ flow }: { readonly flow: FlowEditor | undefined }) {
  return flow === undefined ? <EmptyState title="No flow is open" /> : <Tests flow={flow} />
}

function Tests({ flow }: { readonly flow: FlowEditor }) {
  const tests = testsOf(flow)
  const { cases, chosen, running, trouble } = useStore(tests.store)
  useEffect(() => void tests.load(), [tests])
  const shown = cases?.find(({ name }) => name === chosen) ?? cases?.[0]
  const addNew = () => void tests.add(newCase(flow))
  return (
    <div className={styles['panel']}>
      <div className={styles['tools']}>
        <Button
          size="small"
          icon="play"
          isBusy={running.size > 0}
          disabled={cases === undefined || cases.length === 0}
          data-testid="run-tests"
          onClick={() => void tests.run()}
        >
          Run all
        </Button>
        <Button size="small" look="quiet" icon="plus" data-testid="new-test" onClick={addNew}>
          New test
        </Button>
        <Tally tests={tests} />
        <span className={styles['grow']} />
        {trouble !== undefined && <span className={styles['trouble']}>{trouble}</span>}
      </div>
      {cases !== undefined && cases.length === 0 ? (
        <EmptyState icon="flask-conical" title="No tests yet">
          A test gives messages to the flow, with its sinks muted, and says what has to come of
          them. Make one from what passes a node, in the node&apos;s Data tab, or start a new one.
        </EmptyState>
      ) : (
        <div className={styles['split']}>
          <ol className={styles['list']} aria-label="Tests">
            {(cases ?? []).map((one) => (
              <CaseRow key={one.name} tests={tests} one={one} isChosen={one === shown} />
            ))}
          </ol>
          {shown !== undefined && (
            <CaseDetail key={shown.name} flow={flow} tests={tests} one={shown} />
          )}
        </div>
      )}
    </div>
  )
}

function Tally({ tests }: { readonly tests: TestsStore }) {
  const { cases = [], results } = useStore(tests.store)
  const outcomes = cases.flatMap(({ name }) => results.get(name)?.outcome ?? [])
  if (outcomes.length === 0) return null
  const passed = outcomes.filter((outcome) => outcome === 'passed').length
  return (
    <span className={styles['note']} role="status" data-testid="test-tally">
      {passed} of {cases.length} passed
    </span>
  )
}

interface CaseRowProps {
  readonly tests: TestsStore
  readonly one: FlowTestCase
  readonly isChosen: boolean
}

function CaseRow({ tests, one, isChosen }: CaseRowProps) {
  const result = useStore(tests.store, ({ results }) => results.get(one.name))
  const isRunning = useStore(tests.store, ({ running }) => running.has(one.name))
  return (
    <li className={styles['item']} data-current={isChosen || undefined}>
      <button
        type="button"
        className={styles['choose']}
        aria-current={isChosen || undefined}
        onClick={() => tests.choose(one.name)}
      >
        <Outcome result={result} />
        <span className={styles['name']}>{one.name}</span>
      </button>
      <IconButton
        icon={isRunning ? 'loader-circle' : 'play'}
        size="small"
        label={`Run ${one.name}`}
        onClick={() => void tests.run([one.name])}
      />
    </li>
  )
}

const looks = {
  passed: { icon: 'circle-check', label: 'Passed' },
  failed: { icon: 'circle-x', label: 'Failed' },
  broken: { icon: 'triangle-alert', label: 'Could not be run' },
} as const

function Outcome({ result }: { readonly result: FlowTestResult | undefined }) {
  const look = result && looks[result.outcome]
  return (
    <span className={styles['outcome']} data-outcome={result?.outcome ?? 'none'}>
      <Icon name={look?.icon ?? 'circle-dot'} size={14} />
      <span className="unseen">{look?.label ?? 'Not run'}: </span>
    </span>
  )
}

/** Something to begin with: a message for the first source. */
function newCase(flow: FlowEditor): FlowTestCase {
  const { nodes, wires } = flow.store.getState().document
  const fed = new Set([...wires.values()].map(({ to }) => to.node))
  const used = new Set([...wires.values()].map(({ from }) => from.node))
  const ids = [...nodes.keys()]
  const source = ids.find((id) => !fed.has(id) && used.has(id)) ?? ids[0] ?? 'node'
  const end = ids.find((id) => fed.has(id) && !used.has(id)) ?? ids.at(-1) ?? 'node'
  return {
    name: 'New test',
    steps: [{ node: source, message: { payload: 1 } }],
    expect: [{ node: end, messages: [] }],
  }
}
