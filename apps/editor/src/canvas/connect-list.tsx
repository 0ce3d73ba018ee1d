import { Command } from 'cmdk'
import { nameOf } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { Icon } from '../ui/index.ts'
import { say } from './keyboard.ts'
import styles from './quick-add.module.css'
import type { PortSpot } from './scene.ts'
import type { Stage } from './stage.ts'
import { useStage } from './stage-context.tsx'
import type { PortReference } from '@millrace/flow'

/** Wiring without a pointer: the ports that fit, nearest first. */
export function ConnectBox({ from }: { readonly from: PortReference }) {
  const stage = useStage()
  const { editor } = useWorkbench()
  const catalog = editor.catalog.getState()
  const box = stage.scene.nodes.get(from.node)
  const start = stage.scene.portSpot(from, 'output')
  if (box === undefined || start === undefined) return null
  const at = stage.viewport
  const close = () => {
    stage.state.setState({ connecting: undefined })
    stage.element?.focus({ preventScroll: true })
  }
  const outputs = box.ports.outputs
  return (
    <div
      className={styles['box']}
      data-over-canvas
      data-testid="connect-list"
      style={{ left: start.x * at.zoom + at.x + 16, top: start.y * at.zoom + at.y - 16 }}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape' || event.key === 'Tab') {
          event.preventDefault()
          close()
        }
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget))
          stage.state.setState({ connecting: undefined })
      }}
    >
      <Command label="Connect to" loop>
        <Command.Input
          className={styles['input']}
          placeholder={`Wire ${nameOf(catalog, box.node)} to…`}
          // Asked for by a key on the canvas.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
        />
        <Command.List className={styles['list']} label="Ports">
          <Command.Empty className={styles['empty']}>No port fits.</Command.Empty>
          {outputs.flatMap(({ name, title }) =>
            targetsOf(stage, { node: from.node, port: name }).map(({ reference }) => {
              const node = stage.scene.document.nodes.get(reference.node)
              if (node === undefined) return []
              const target = nameOf(catalog, node)
              return (
                <Command.Item
                  key={`${name} ${reference.node} ${reference.port}`}
                  value={`${target} ${outputs.length > 1 ? title : ''} ${reference.node} ${name}`}
                  className={styles['item']}
                  data-category={catalog.descriptors.get(node.type)?.category}
                  onSelect={() => {
                    stage.flow.connect({ node: from.node, port: name }, reference)
                    say(`Wired to ${target}.`)
                    close()
                  }}
                >
                  <Icon
                    name={catalog.descriptors.get(node.type)?.icon ?? 'puzzle'}
                    className={styles['icon']}
                  />
                  <span className={styles['title']}>{target}</span>
                  {outputs.length > 1 && <span className={styles['summary']}>from “{title}”</span>}
                </Command.Item>
              )
            }),
          )}
        </Command.List>
      </Command>
    </div>
  )
}

/** How many are offered; a large flow has better ways than a list. */
const mostTargets = 40

function targetsOf({ scene, flow }: Stage, from: PortReference): readonly PortSpot[] {
  const start = scene.portSpot(from, 'output')
  if (start === undefined) return []
  return [...scene.nodes.keys()]
    .flatMap((id) => scene.portsOf(id))
    .filter(({ side, reference }) => side === 'input' && flow.canConnect(from, reference).isFine)
    .toSorted(
      (a, b) => Math.hypot(a.x - start.x, a.y - start.y) - Math.hypot(b.x - start.x, b.y - start.y),
    )
    .slice(0, mostTargets)
}
