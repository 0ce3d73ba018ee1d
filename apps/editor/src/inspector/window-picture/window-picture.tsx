import { useEffect, useState } from 'react'
import { configValue } from '@millrace/flow'
import type { Fields } from '@millrace/sdk/descriptor'
import { estimateState } from '@millrace/sdk/windows'
import type { StateEstimate, WindowSettings } from '@millrace/sdk/windows'
import { shownBytes } from '../../format/numbers.ts'
import { LatestResult } from './latest-result.tsx'
import { drawWindow, type Bar, type Picture } from './draw-window.ts'
import { shownTimes } from './show-time.ts'
import styles from './window-picture.module.css'

interface WindowPictureProps {
  readonly fields: Fields
  readonly config: Readonly<Record<string, unknown>>
  /** The port by which results leave the running node. */
  readonly port: string
}

/** How the windows lie, when the next ones end, what comes of them, and what is kept of each group. */
export function WindowPicture({ fields, config, port }: WindowPictureProps) {
  const settings: WindowSettings = Object.fromEntries(
    Object.keys(fields).map((name) => [name, configValue(fields, config, name)]),
  )
  const { unit, timeZone } = settings
  const isOnCalendar = unit !== undefined && unit !== 'duration'
  const now = useNow()
  const picture = drawWindow(settings, now)
  if (picture === undefined) return null
  const times = shownTimes(
    picture.edges.map(({ time }) => time),
    isOnCalendar && typeof timeZone === 'string' ? timeZone : undefined,
  )
  return (
    <figure className={styles['picture']} data-testid="window-picture">
      <Drawing picture={picture} />
      <figcaption>
        {times.length > 0 && (
          <dl>
            <dt>Next ends</dt>
            {times.map((time) => (
              <dd key={time}>{time}</dd>
            ))}
          </dl>
        )}
        {'aggregates' in fields && <LatestResult port={port} />}
        {'aggregates' in fields && <p>{stateText(estimateState(settings), isGrouped(settings))}</p>}
      </figcaption>
    </figure>
  )
}

/** The present second. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}

const width = 300
const rowHeight = 13
const barHeight = 9

function Drawing({ picture }: { readonly picture: Picture }) {
  const { rows, bars, dots, edges } = picture
  const line = rows * rowHeight + 5
  const height = line + 8
  return (
    <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {edges.map(({ at }) => (
        <line
          key={at}
          className={styles['edge']}
          x1={placed(at)}
          x2={placed(at)}
          y1={0}
          y2={line + 4}
        />
      ))}
      {bars.map((bar) => (
        <path key={`${bar.from} ${bar.to}`} className={styles['bar']} d={outline(bar)} />
      ))}
      <line className={styles['line']} x1={0} x2={width} y1={line} y2={line} />
      {dots.map((at) => (
        <circle key={at} className={styles['dot']} cx={placed(at)} cy={line} r={2.5} />
      ))}
    </svg>
  )
}

function placed(at: number): number {
  return 4 + at * (width - 8)
}

/** A bar, with an open side where the window goes on. */
function outline({ from, to, row, isOpenLeft = false, isOpenRight = false }: Bar): string {
  const left = placed(from) + 1
  const right = Math.max(left + 2, placed(to) - 1)
  const top = row * rowHeight + 2
  const across = `V${top + barHeight}`
  if (isOpenRight) return `M${right} ${top}H${left}${across}H${right}`
  if (isOpenLeft) return `M${left} ${top}H${right}${across}H${left}`
  return `M${left} ${top}H${right}${across}H${left}Z`
}

function isGrouped({ groupBy }: WindowSettings): boolean {
  return typeof groupBy === 'string' && groupBy !== ''
}

const manyGroups = 100_000

function stateText(estimate: StateEstimate | undefined, hasGroups: boolean): string {
  if (estimate === undefined) return 'State: every message for as long as it counts.'
  const { bytes, stretches, isMost } = estimate
  const upTo = isMost ? 'up to' : 'about'
  const parts = stretches > 1 ? ` in ${stretches} parts` : ''
  if (!hasGroups) return `State: ${upTo} ${shownBytes(bytes)}${parts}.`
  const all = shownBytes(bytes * manyGroups)
  return `State: ${upTo} ${shownBytes(bytes)} a group${parts}; ${all} for 100,000 groups.`
}
