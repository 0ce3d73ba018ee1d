import type { Case } from './case.ts'

/** What other systems do and ours does otherwise on purpose, by dialect and type of window. */
const differences: Readonly<Record<string, string>> = {
  'ekuiper count':
    'eKuiper counts the messages of all keys together and puts columns of the last row into the result; here each group has a window of its own, and a result holds functions alone',
  'ekuiper state':
    'eKuiper ends a window with each change and begins the next with the message that brought it; here a window opens on one condition and closes on another',
  'ekuiper event-sliding':
    'eKuiper waits for what comes after the event, too; here a result of the last seconds comes with the event at once',
  'kafka event-sliding':
    'Kafka has windows before and after each record, both ends included; here each event has one, of what lies before it',
  'kafka session':
    'Kafka ends a session with its last record; here it ends the gap later, as in Flink',
  'beam session': 'Beam splits sessions that touch; here they are one, as in Flink',
}

/** How ours differs from what the case says of another system. */
export function differenceFrom({ dialect, window }: Case): string {
  const known = differences[`${dialect} ${window.type}`]
  return known ?? `it describes ${dialect}; ours follows Flink`
}
