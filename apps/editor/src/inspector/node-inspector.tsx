import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import { nodeOwner } from '@millrace/flow'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { FieldScope, Form, usedPaths } from '../fields/index.ts'
import { lookOf, nameOf, portId, type FlowEditor } from '../model/index.ts'
import { PaceLines } from '../pace/pace-lines.tsx'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { ErrorsForm } from '../trust/errors-form.tsx'
import { Button, EmptyState, Icon, IconButton, Tabs } from '../ui/index.ts'
import { DataTab } from './data-tab.tsx'
import { HelpTab } from './help-tab.tsx'
import styles from './inspector.module.css'
import { useNodeTaps, useSamples } from './use-samples.ts'
import { WindowPicture } from './window-picture/window-picture.tsx'

interface NodeProps {
  readonly flow: FlowEditor
  readonly id: string
}

/** One node: its name, its settings, what passes it, and its help. */
export function NodeInspector({ flow, id }: NodeProps) {
  const { editor } = useWorkbench()
  const node = useFlowState(flow, ({ document }) => document.nodes.get(id))
  const descriptors = useStore(editor.catalog, (catalog) => catalog.descriptors)
  const problems = useFlowState(flow, (state) => state.problems)
  const tried = useFlowState(flow, (state) => state.tried)
  const [tab, setTab] = useState('settings')
  if (node === undefined) return null
  const descriptor = descriptors.get(node.type)
  const wrong = problems.filter(
    (problem) => problem.node === id && lookOf(problem, tried) !== 'unfinished',
  )
  const isError = wrong.some(({ severity }) => severity === 'error')
  return (
    <div className={styles['inspector']}>
      <NodeHead flow={flow} id={id} descriptor={descriptor} />
      {descriptor === undefined ? (
        <EmptyState title="Not installed">
          The node type {node.type} is not installed here.
        </EmptyState>
      ) : (
        <Tabs
          label="About this node"
          active={tab}
          onChange={setTab}
          tabs={[
            {
              id: 'settings',
              label: 'Settings',
              count: wrong.length,
              countLook: isError ? 'error' : 'warning',
              content: <Settings flow={flow} id={id} descriptor={descriptor} />,
            },
            // Nothing passes a note.
            ...(descriptor.kind === 'note'
              ? []
              : [{ id: 'data', label: 'Data', content: <DataTab flow={flow} id={id} /> }]),
            { id: 'help', label: 'Help', content: <HelpTab descriptor={descriptor} /> },
          ]}
        />
      )}
    </div>
  )
}

function NodeHead({ flow, id, descriptor }: NodeProps & { descriptor: Descriptor | undefined }) {
  const { editor } = useWorkbench()
  const node = useFlowState(flow, ({ document }) => document.nodes.get(id))
  if (node === undefined) return null
  const name = nameOf(editor.catalog.getState(), node)
  const isOff = node.isDisabled === true
  return (
    <header className={styles['head']} data-category={descriptor?.category}>
      <h2 className="unseen">{name}</h2>
      <div className={styles['line']}>
        <span className={styles['icon']}>
          <Icon name={descriptor?.icon ?? 'puzzle'} />
        </span>
        <input
          className={styles['name']}
          aria-label="Name of the node"
          value={node.name ?? ''}
          placeholder={descriptor?.title ?? node.type}
          maxLength={100}
          onChange={(event) => flow.rename(id, event.target.value)}
          onBlur={() => flow.endTyping()}
        />
        <IconButton
          icon="power"
          label={isOff ? 'Enable' : 'Disable'}
          isActive={isOff}
          onClick={() => flow.setDisabled([id], !isOff)}
        />
        <IconButton
          icon="trash-2"
          label={`Delete ${name}`}
          onClick={() => flow.deleteNodes([id])}
        />
      </div>
      <StatusLine
        id={id}
        title={node.name === undefined ? node.type : (descriptor?.title ?? node.type)}
      />
      <PaceLines flow={flow} id={id} />
      {descriptor?.actions !== undefined && (
        <div className={styles['actions']}>
          {descriptor.actions.map((action) => (
            <Button
              key={action.name}
              size="small"
              icon={action.icon}
              onClick={() => void flow.action(id, action.name)}
            >
              {action.title}
            </Button>
          ))}
        </div>
      )}
    </header>
  )
}

/** Type, state and numbers, in one line of fixed height. */
function StatusLine({ id, title }: { readonly id: string; readonly title: string }) {
  const { live } = useWorkbench()
  useSyncExternalStore(
    (listener) => live.gauges.subscribe(listener),
    () => `${live.gauges.node(id)?.received} ${live.gauges.status(id)?.text}`,
  )
  const status = live.gauges.status(id)
  const gauge = live.gauges.node(id)
  return (
    <p className={styles['status']}>
      <span>{title}</span>
      {status !== undefined && (
        <span className={styles['state']} data-state={status.state}>
          {status.text === '' ? status.state : status.text}
        </span>
      )}
      {gauge !== undefined && gauge.errors > 0 && (
        <span className={styles['state']} data-state="error">
          {gauge.errors.toLocaleString('en-US')} errors
        </span>
      )}
    </p>
  )
}

function Settings({ flow, id, descriptor }: NodeProps & { descriptor: Descriptor }) {
  const { editor, layout } = useWorkbench()
  const host = useRef<HTMLDivElement>(null)
  const node = useFlowState(flow, ({ document }) => document.nodes.get(id))
  const problems = useFlowState(flow, (state) => state.problems)
  const samples = useSamples(useNodeTaps(flow, id))
  const tried = useFlowState(flow, (state) => state.tried)
  const asked = useStore(layout, ({ askedField }) => askedField)
  const isAsked = asked?.node === id
  // Who deploys it, or follows a problem here, is told all of them, also those under "Advanced".
  const insistence = useMemo(
    () => (isAsked || tried.has(id) ? { asked, tried } : undefined),
    [isAsked, asked, tried, id],
  )
  useEffect(() => {
    if (asked?.node !== id) return
    const row = host.current?.querySelector(`[data-field="${CSS.escape(asked.field)}"]`)
    row?.querySelector<HTMLElement>('input, select, textarea, [contenteditable], button')?.focus()
  }, [asked, id])
  if (node === undefined) return null
  const own = problems.filter((problem) => problem.node === id)
  return (
    <FieldScope
      insistence={insistence}
      surroundings={{
        owner: nodeOwner(flow.name, id),
        problems: own,
        samples,
        used: () => usedPaths(configsOf(flow)),
        settle: () => flow.endTyping(),
        offered: ({ connection, step }) => {
          const chosen = node.config[connection]
          return typeof chosen === 'string'
            ? editor.connections.found(chosen, step)
            : nothingOffered
        },
      }}
    >
      <div className={styles['body']} ref={host}>
        {own
          .filter(({ field }) => field === undefined)
          .map((problem) => (
            <p
              key={problem.code}
              className={styles['problem']}
              data-severity={lookOf(problem, tried)}
            >
              {problem.message}
            </p>
          ))}
        {descriptor.picture === 'window' && (
          <WindowPicture
            fields={descriptor.fields}
            config={node.config}
            port={portId({ node: id, port: 'out' })}
          />
        )}
        {Object.keys(descriptor.fields).length === 0 ? (
          <p className={styles['dim']}>Nothing to set.</p>
        ) : (
          <Form
            fields={descriptor.fields}
            config={node.config}
            onChange={(field, value) => flow.setConfig(id, field, value)}
          />
        )}
        <ErrorsForm flow={flow} node={node} descriptor={descriptor} />
      </div>
    </FieldScope>
  )
}

const nothingOffered: Promise<readonly string[]> = Promise.resolve([])

function configsOf(flow: FlowEditor) {
  return [...flow.store.getState().document.nodes.values()].map(({ config }) => config)
}
