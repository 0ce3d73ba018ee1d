import { useState } from 'react'
import { useStore } from 'zustand'
import { parseFlowTestsText } from '@millrace/flow'
import type { FlowTestCase, FlowTestDifference, FlowTestResult, TestMessage } from '@millrace/flow'
import { nameOf, type FlowEditor } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { Button, IconButton } from '../ui/index.ts'
import type { TestsStore } from './tests-store.ts'
import styles from './trust.module.css'

interface CaseProps {
  readonly flow: FlowEditor
  readonly tests: TestsStore
  readonly one: FlowTestCase
}

/** One case: how it went, and the case itself as text that can be changed. */
export function CaseDetail({ flow, tests, one }: CaseProps) {
  const result = useStore(tests.store, ({ results }) => results.get(one.name))
  return (
    <div className={styles['detail']} data-testid="test-detail">
      <section className={styles['result']} aria-label="Result" tabIndex={0}>
        {result === undefined ? (
          <p className={styles['dim']}>Not run yet.</p>
        ) : (
          <Result flow={flow} tests={tests} result={result} />
        )}
      </section>
      <CaseText key={JSON.stringify(one)} tests={tests} one={one} />
    </div>
  )
}

const words = { passed: 'Passed', failed: 'Failed', broken: 'Could not be run' }

interface ResultProps {
  readonly flow: FlowEditor
  readonly tests: TestsStore
  readonly result: FlowTestResult
}

function Result({ flow, tests, result }: ResultProps) {
  const { outcome, message, differences, notes, name, tookMs } = result
  return (
    <>
      <p className={styles['verdict']} data-outcome={outcome} data-testid="test-outcome">
        {words[outcome]} <span className={styles['dim']}>{tookMs} ms</span>
        {outcome === 'failed' && (
          <Button size="small" look="quiet" onClick={() => void tests.accept(name)}>
            Expect what it gave
          </Button>
        )}
      </p>
      {message !== undefined && <p className={styles['text']}>{message}</p>}
      {differences.map((difference, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- two differences may be alike
        <Difference key={index} flow={flow} difference={difference} />
      ))}
      {notes.map((note) => (
        <p key={note} className={styles['noted']}>
          {note}
        </p>
      ))}
    </>
  )
}

const kinds = { missing: 'did not come', unexpected: 'was not expected', different: 'differs' }

interface DifferenceProps {
  readonly flow: FlowEditor
  readonly difference: FlowTestDifference
}

function Difference({ flow, difference }: DifferenceProps) {
  const { editor } = useWorkbench()
  const { node, port, kind, index, expected, got, paths } = difference
  const placed = flow.store.getState().document.nodes.get(node)
  const name = placed === undefined ? node : nameOf(editor.catalog.getState(), placed)
  return (
    <div className={styles['difference']} data-testid="test-difference">
      <p>
        <b>{name}</b> {port === 'in' || port === 'out' ? '' : `${port}, `}message {index + 1}{' '}
        {kinds[kind]}
        {paths.length > 0 && (
          <>
            {' in '}
            <code>{paths.join(', ')}</code>
          </>
        )}
      </p>
      <Side label="expected" message={expected} />
      <Side label="got" message={got} />
    </div>
  )
}

function Side({ label, message }: { label: string; message: TestMessage | undefined }) {
  if (message === undefined) return null
  return (
    <p className={styles['side']} data-side={label}>
      <span className={styles['sideName']}>{label}</span>
      <code>{JSON.stringify(message)}</code>
    </p>
  )
}

/** The case as JSON. It is saved when it is put down, if it can be read. */
function CaseText({ tests, one }: Pick<CaseProps, 'tests' | 'one'>) {
  const saved = textOf(one)
  const [text, setText] = useState(saved)
  const read = readCase(text)
  const isChanged = text !== saved
  const save = async () => {
    if (read.one === undefined) return
    await tests.replace(one.name, read.one)
    await tests.run([read.one.name])
  }
  return (
    <section className={styles['edit']} aria-label="The test">
      <textarea
        className={styles['code']}
        aria-label="The test as JSON"
        data-testid="test-text"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className={styles['editTools']}>
        <span className={styles['trouble']}>{isChanged ? read.problem : undefined}</span>
        <span className={styles['grow']} />
        <IconButton
          icon="trash-2"
          size="small"
          label={`Delete ${one.name}`}
          onClick={() => void tests.remove(one.name)}
        />
        <Button
          size="small"
          disabled={!isChanged || read.one === undefined}
          data-testid="save-test"
          onClick={() => void save()}
        >
          Save and run
        </Button>
      </div>
    </section>
  )
}

function textOf(one: FlowTestCase): string {
  const { steps, expect, ...rest } = one
  const lines = (items: readonly unknown[], indent: string) =>
    items.map((item) => `${indent}${JSON.stringify(item)}`).join(',\n')
  const head = Object.entries(rest).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  )
  const expected = expect.map(({ messages, ...about }) => {
    const inner = messages.length === 0 ? '[]' : `[\n${lines(messages, '      ')}\n    ]`
    return `    {${JSON.stringify(about).slice(1, -1)}, "messages": ${inner}}`
  })
  const members = [
    ...head,
    `  "steps": [\n${lines(steps, '    ')}\n  ]`,
    `  "expect": [\n${expected.join(',\n')}\n  ]`,
  ]
  return `{\n${members.join(',\n')}\n}`
}

function readCase(text: string): { readonly one?: FlowTestCase; readonly problem?: string } {
  const { tests, problems } = parseFlowTestsText(`{"millrace":1,"flow":"a","cases":[${text}]}`)
  const one = tests?.cases[0]
  if (one !== undefined) return { one }
  const problem = problems?.[0]?.message ?? 'There is no test.'
  return { problem: problem.replaceAll('cases[0].', '') }
}
