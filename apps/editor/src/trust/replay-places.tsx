import type { TestMessage } from '@millrace/flow'
import type { ReplayedPlace, ReplayResult } from '@millrace/protocol'
import { nameOf, type FlowEditor } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { differingParts, sideBySide } from './side-by-side.ts'
import styles from './trust.module.css'

interface ReplayPlacesProps {
  readonly flow: FlowEditor
  readonly result: ReplayResult
}

/** Place by place, those that differ first. */
export function ReplayPlaces({ flow, result }: ReplayPlacesProps) {
  const differs = ({ deployed, edited, same }: ReplayedPlace) =>
    Math.max(deployed, edited) > same ? 0 : 1
  const places = result.places.toSorted((one, other) => differs(one) - differs(other))
  return places.map((place) => (
    <Place
      key={`${place.node}:${place.port}`}
      flow={flow}
      place={place}
      hasDeployed={result.hasDeployed}
    />
  ))
}

interface PlaceProps {
  readonly flow: FlowEditor
  readonly place: ReplayedPlace
  readonly hasDeployed: boolean
}

function Place({ flow, place, hasDeployed }: PlaceProps) {
  const { editor } = useWorkbench()
  const { node, port, deployed, edited, same, onlyDeployed, onlyEdited } = place
  const placed = flow.store.getState().document.nodes.get(node)
  const name = placed === undefined ? node : nameOf(editor.catalog.getState(), placed)
  const rows = sideBySide(onlyDeployed, onlyEdited)
  const isSame = deployed === same && edited === same
  return (
    <section className={styles['place']} data-testid="replay-place" data-same={isSame || undefined}>
      <h3 className={styles['placeName']}>
        {name}
        {port !== 'in' && port !== 'out' && ` · ${port}`}
        <span className={styles['dim']}>
          {!hasDeployed
            ? ` ${count(edited)} messages`
            : isSame
              ? ` ${count(same)} messages, all the same`
              : ` deployed ${count(deployed)}, edited ${count(edited)}, the same ${count(same)}`}
        </span>
      </h3>
      {rows.length > 0 && (
        <table className={styles['sides']}>
          <thead>
            <tr>
              <th scope="col">Message</th>
              {hasDeployed && <th scope="col">The deployed flow gave</th>}
              <th scope="col">{hasDeployed ? 'The edited flow gave' : 'The flow gave'}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, 100).map((row, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows have no name, and stay
              <Row key={index} row={row} hasDeployed={hasDeployed} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

type RowProps = {
  readonly row: ReturnType<typeof sideBySide>[number]
  readonly hasDeployed: boolean
}

/** Of two messages about the same only what differs is shown; all of a message is in its title. */
function Row({ row: [left, right], hasDeployed }: RowProps) {
  const differing = left && right && differingParts(left, right)
  return (
    <tr>
      <td className={styles['about']}>{aboutText(left ?? right ?? {})}</td>
      {hasDeployed && <Cell message={left} shown={differing ? differing[0] : left?.['payload']} />}
      <Cell message={right} shown={differing ? differing[1] : right?.['payload']} />
    </tr>
  )
}

function Cell({ message, shown }: { readonly message: TestMessage | undefined; shown: unknown }) {
  if (message === undefined) return <td className={styles['dim']}>nothing</td>
  return (
    <td title={JSON.stringify(message, null, 2).slice(0, 4_000)}>
      <code>{typeof shown === 'string' ? shown : JSON.stringify(shown)}</code>
    </td>
  )
}

function aboutText({ time, key, topic }: TestMessage): string {
  const clock =
    typeof time === 'number' ? new Date(time).toLocaleTimeString(undefined, { hour12: false }) : ''
  return [clock, key, topic].filter((part) => part !== undefined && part !== '').join(' · ')
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
