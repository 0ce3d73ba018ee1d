import type { TestMessage } from '@millrace/flow'
import type { ReplayedPlace, ReplayResult } from '@millrace/protocol'
import { nameOf, type FlowEditor } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { sideBySide } from './side-by-side.ts'
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
              {hasDeployed && <th scope="col">Only the deployed flow gave</th>}
              <th scope="col">{hasDeployed ? 'Only the edited flow gave' : 'The flow gave'}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, 100).map(([left, right], index) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows have no name, and stay
              <tr key={index}>
                {hasDeployed && <Cell message={left} />}
                <Cell message={right} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Cell({ message }: { readonly message: TestMessage | undefined }) {
  return <td>{message !== undefined && <code>{JSON.stringify(message)}</code>}</td>
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
