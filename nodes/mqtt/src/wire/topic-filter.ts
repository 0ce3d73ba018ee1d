/** Whether a topic filter matches a topic, MQTT 5 section 4.7. */
export function filterMatches(filter: string, topic: string): boolean {
  const wanted = topicLevels(filter)
  const levels = topic.split('/')
  // MQTT-4.7.2-1: wildcards at the start do not match topics that begin with $.
  if (topic.startsWith('$') && (wanted[0] === '#' || wanted[0] === '+')) return false
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true
    if (index >= levels.length) return false
    if (level !== '+' && level !== levels[index]) return false
  }
  return wanted.length === levels.length
}

/** The levels that count; for a shared subscription, `$share/<group>/` is not part of them. */
function topicLevels(filter: string): string[] {
  const levels = filter.split('/')
  return levels[0] === '$share' ? levels.slice(2) : levels
}

/** Says what is wrong with a topic to publish to. */
export function topicProblem(topic: string): string | undefined {
  if (topic === '') return 'The topic is empty.'
  if (/[+#]/.test(topic)) return `The topic "${shortened(topic)}" has a wildcard in it.`
  if (topic.includes('\0')) return 'The topic has a zero character in it.'
  return topic.length > topicLengthMax ? 'The topic is longer than 65,535 bytes.' : undefined
}

/** Of the bytes; a character takes at most three for each unit of its length. */
const topicLengthMax = 21_845

function shortened(topic: string): string {
  return topic.length > 80 ? `${topic.slice(0, 80)}…` : topic
}
