import { Command } from 'cmdk'
import { useState } from 'react'
import { Dialog as Radix } from 'radix-ui'
import { useStore } from 'zustand'
import { faceOf, nameOf } from '../model/index.ts'
import { Icon, Shortcut } from '../ui/index.ts'
import { useActions } from './actions/actions.ts'
import styles from './command-palette.module.css'
import { useActiveFlow, useWorkbench } from './context.tsx'
import { paletteScore } from './palette-score.ts'

/** Every action, every node and every flow, by a few letters. */
export function CommandPalette() {
  const { layout } = useWorkbench()
  const close = () => layout.setState({ isCommandPaletteOpen: false })
  return (
    <Radix.Root open onOpenChange={(open) => layout.setState({ isCommandPaletteOpen: open })}>
      <Radix.Portal>
        <Radix.Overlay className={styles['scrim']} />
        <Radix.Content
          className={styles['palette']}
          aria-describedby={undefined}
          data-testid="command-palette"
        >
          <Radix.Title className="unseen">Commands</Radix.Title>
          <Lists onDone={close} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

function Lists({ onDone }: { readonly onDone: () => void }) {
  const [query, setQuery] = useState('')
  const actions = useActions()
  const sections = [...new Set(actions.map(({ section }) => section))]
  const done = (run: () => void) => () => {
    onDone()
    run()
  }
  return (
    <Command
      label="Commands"
      loop
      filter={(value, search, keywords) => paletteScore(value, search, keywords)}
    >
      <div className={styles['search']}>
        <Icon name="search" />
        <Command.Input
          className={styles['input']}
          value={query}
          onValueChange={setQuery}
          placeholder="Search nodes, flows and commands"
        />
      </div>
      <Command.List className={styles['list']} label="Results">
        <Command.Empty className={styles['empty']}>Nothing is called that.</Command.Empty>
        {query !== '' && <NodeItems done={done} />}
        <FlowItems done={done} />
        {sections.map((section) => (
          <Command.Group key={section} heading={section} className={styles['group']}>
            {actions
              .filter((action) => action.section === section && action.isEnabled?.() !== false)
              .map((action) => (
                <Command.Item
                  key={action.id}
                  value={`${action.title} ${action.id}`}
                  className={styles['item']}
                  onSelect={done(action.run)}
                >
                  <Icon name={action.icon ?? 'chevron-right'} className={styles['icon']} />
                  <span className={styles['title']}>{action.title}</span>
                  {action.keys !== undefined && <Shortcut keys={action.keys} />}
                </Command.Item>
              ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  )
}

type Done = (run: () => void) => () => void

/** At most this many, so that a large flow does not make the list slow. */
const mostNodes = 400

function NodeItems({ done }: { readonly done: Done }) {
  const { editor, view } = useWorkbench()
  const flow = useActiveFlow()
  if (flow === undefined) return null
  const catalog = editor.catalog.getState()
  const { nodes } = flow.store.getState().document
  return (
    <Command.Group heading="Nodes of this flow" className={styles['group']}>
      {[...nodes.values()].slice(0, mostNodes).map((node) => {
        const descriptor = catalog.descriptors.get(node.type)
        const name = nameOf(catalog, node)
        return (
          <Command.Item
            key={node.id}
            value={`${name} ${node.id}`}
            keywords={[
              descriptor?.title ?? node.type,
              ...Object.values(node.config).filter(isText),
            ]}
            className={styles['item']}
            onSelect={done(() => {
              flow.select([node.id])
              view.showNode(node.id, { focus: true })
            })}
          >
            <Icon name={descriptor?.icon ?? 'puzzle'} className={styles['icon']} />
            <span className={styles['title']}>{name}</span>
            <span className={styles['detail']}>{faceOf(descriptor, node)}</span>
          </Command.Item>
        )
      })}
    </Command.Group>
  )
}

const isText = (value: unknown): value is string => typeof value === 'string'

function FlowItems({ done }: { readonly done: Done }) {
  const { editor } = useWorkbench()
  const flows = useStore(editor.session, (session) => session.flows)
  return (
    <Command.Group heading="Flows" className={styles['group']}>
      {flows.map((flow) => (
        <Command.Item
          key={flow.name}
          value={`${flow.title} flow ${flow.name}`}
          className={styles['item']}
          onSelect={done(() => void editor.openFlow(flow.name))}
        >
          <Icon name="workflow" className={styles['icon']} />
          <span className={styles['title']}>{flow.title}</span>
          <span className={styles['detail']}>{flow.nodeCount} nodes</span>
        </Command.Item>
      ))}
    </Command.Group>
  )
}
