import type { TextField } from '@millrace/sdk/descriptor'
import { checkCron } from './cron.ts'

export type TextFormat = NonNullable<TextField['format']>

/** What is wrong with a text for its format, as a sentence; null where nothing is. */
export function checkFormat(format: TextFormat, text: string): string | null {
  return checks[format](text)
}

const checks: Readonly<Record<TextFormat, (text: string) => string | null>> = {
  'mqtt-topic': checkMqttTopic,
  'mqtt-filter': checkMqttFilter,
  url: checkUrl,
  'http-path': checkHttpPath,
  host: checkHost,
  cron: checkCron,
  identifier: checkIdentifier,
}

const topicBytesMax = 65_535

/** MQTT 5, sections 4.7.1 and 4.7.3. */
function checkMqttTopic(topic: string): string | null {
  if (/[+#]/.test(topic)) return 'A topic to publish to cannot have the wildcards + and #'
  return checkTopicText(topic)
}

function checkMqttFilter(filter: string): string | null {
  const isShared = filter.startsWith('$share/')
  const levels = filter.split('/')
  if (isShared && (levels.length < 3 || !levels[1] || /[+#]/.test(levels[1]))) {
    return 'A shared subscription is written $share/group/topic'
  }
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index < levels.length - 1)) {
      return '# must stand alone as the last level, such as plant/#'
    }
    if (level.includes('+') && level !== '+') {
      return '+ must stand alone in its level, such as plant/+/temperature'
    }
  }
  return checkTopicText(filter)
}

function checkTopicText(topic: string): string | null {
  if (topic.includes('\0')) return 'A topic cannot have a null character in it'
  const bytes = new TextEncoder().encode(topic).length
  return bytes > topicBytesMax ? `A topic has at most ${topicBytesMax} bytes` : null
}

function checkUrl(text: string): string | null {
  const isWithHost = /^[a-z][a-z0-9+.-]*:\/\/[^/\s]/i.test(text)
  if (!isWithHost || /\s/.test(text)) return 'Write a whole address, such as http://localhost:8086'
  try {
    return new URL(text).password === '' ? null : 'Passwords do not belong in an address'
  } catch {
    return 'This is not an address; a whole one is http://localhost:8086'
  }
}

function checkHttpPath(path: string): string | null {
  if (!path.startsWith('/')) return 'A path starts with /'
  if (path === '/') return null
  const names: string[] = []
  for (const part of path.slice(1).replace(/\/$/, '').split('/')) {
    const parameter = /^:([A-Za-z_]\w*)$/.exec(part)?.[1]
    if (parameter !== undefined) names.push(parameter)
    else if (part === '.' || part === '..') return 'A path cannot have . or .. as a part'
    else if (!/^[\w.~!$&'()*+,;=@%-]+$/.test(part)) return pathPartMessage(part)
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined ? null : `:${twice} is there twice`
}

function pathPartMessage(part: string): string {
  if (part === '') return 'A path cannot have // in it'
  if (part.startsWith(':')) return 'After : comes a name of letters, digits and _, such as :device'
  return `"${part.slice(0, 50)}" cannot be part of a path; write it percent-encoded`
}

function checkHost(host: string): string | null {
  if (isIpv6(host)) return null
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(host)) return 'Write the name alone, without a protocol'
  if (/:\d+$/.test(host)) return 'Write the name alone; the port has a field of its own'
  const isName =
    host.length <= 253 && host.split('.').every((label) => /^(?!-)[\w-]{1,63}(?<!-)$/.test(label))
  return isName ? null : 'Write a host name or an IP address, such as broker.example.com'
}

function isIpv6(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').replace(/%\w+$/, '')
  if (!/^[0-9a-f:.]+$/i.test(bare) || bare.split(':').length < 3) return false
  try {
    return new URL(`http://[${bare}]/`).hostname !== ''
  } catch {
    return false
  }
}

function checkIdentifier(text: string): string | null {
  return /^[A-Za-z_]\w*$/.test(text) ? null : 'Use letters, digits and _, and start with a letter'
}
