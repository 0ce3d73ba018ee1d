import { finiteOrNull } from './accumulator.ts'
import type { Accumulator } from './accumulator.ts'

/**
 * A course of values, each holding until the next: what is settled as an area, and behind it the
 * newest points, among which late ones still find their place.
 */
interface Course {
  /** Where what is settled begins and ends; both Infinity while nothing is. */
  from: number
  to: number
  /** The value at the end of what is settled, which holds until the first point. */
  value: number
  /** Value times milliseconds between `from` and `to`. */
  area: number
  /** Time, value, time, value, …; by time, ties in order of arrival. */
  points: number[]
}

/** Points that are kept apart. With no more than that, any order gives the same. */
const pointsMax = 128

/**
 * The average over time, for values that come at irregular times: each counts as long as it held. The
 * last one holds until the end of the window. Parts that lie apart in time merge exactly.
 */
export const timeWeighted: Accumulator = {
  isNumeric: true,
  initial: [null],
  add: (slots, at, value, time) => {
    const course = (slots[at] ??= newCourse()) as Course
    insert(course, time, value as number) // isNumeric
    if (course.points.length > 2 * pointsMax) settle(course, pointsMax)
  },
  merge: (slots, at, from, fromAt) => {
    const other = from[fromAt] as Course | null
    if (other !== null) slots[at] = merged(slots[at] as Course | null, other)
  },
  result: (slots, at, until) => {
    const course = slots[at] as Course | null
    return course === null ? null : averageOf(course, until)
  },
}

function newCourse(): Course {
  return { from: Infinity, to: Infinity, value: 0, area: 0, points: [] }
}

/** A point before what is settled ends is too late to count for more than the last one there. */
function insert(course: Course, time: number, value: number): void {
  const { points } = course
  const placed = course.to === Infinity ? time : Math.max(time, course.to)
  let at = points.length
  while (at > 0 && (points[at - 2] ?? 0) > placed) at -= 2
  if (at === points.length) points.push(placed, value)
  else points.splice(at, 0, placed, value)
}

/** Works all points but the newest into the area. */
function settle(course: Course, kept: number): void {
  const { points } = course
  const count = points.length / 2 - kept
  for (let at = 0; at < count * 2; at += 2) extend(course, points[at] ?? 0, points[at + 1] ?? 0)
  points.splice(0, count * 2)
}

function extend(course: Course, time: number, value: number): void {
  if (course.from === Infinity) course.from = time
  else course.area += course.value * (time - course.to)
  course.to = time
  course.value = value
}

/** Puts the later behind the earlier. Those that lie in one another are exact as far as points go. */
function merged(one: Course | null, other: Course): Course {
  if (one === null) return { ...other, points: [...other.points] }
  const isBehind = beginOf(other) >= beginOf(one)
  const early = isBehind ? one : other
  const late = isBehind ? other : one
  const course = { ...early, points: [...early.points] }
  if (late.from !== Infinity) {
    const before = course.points.filter((_, at) => (course.points[at - (at % 2)] ?? 0) <= late.from)
    const behind = course.points.slice(before.length)
    course.points = before
    settle(course, 0)
    if (course.from === Infinity) course.from = late.from
    else course.area += course.value * Math.max(0, late.from - course.to)
    course.area += late.area
    course.to = Math.max(course.to, late.to)
    course.value = late.value
    course.points = []
    addAll(course, behind)
  }
  addAll(course, late.points)
  if (course.points.length > 2 * pointsMax) settle(course, pointsMax)
  return course
}

function addAll(course: Course, points: readonly number[]): void {
  for (let at = 0; at < points.length; at += 2) insert(course, points[at] ?? 0, points[at + 1] ?? 0)
}

function beginOf({ from, points }: Course): number {
  return from === Infinity ? (points[0] ?? Infinity) : from
}

function averageOf(course: Course, until: number | null): number | null {
  const whole = { ...course, points: course.points }
  for (let at = 0; at < whole.points.length; at += 2) {
    extend(whole, whole.points[at] ?? 0, whole.points[at + 1] ?? 0)
  }
  if (until !== null && until > whole.to) extend(whole, until, whole.value)
  const stretchMs = whole.to - whole.from
  return finiteOrNull(stretchMs > 0 ? whole.area / stretchMs : whole.value)
}
