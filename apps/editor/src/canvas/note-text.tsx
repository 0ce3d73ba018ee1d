import type { FlowNode } from '@millrace/flow'
import styles from './card.module.css'

/** What a note says: paragraphs, headings, lists and emphasis of Markdown, nothing more. */
export function NoteText({ node }: { readonly node: FlowNode }) {
  const text = typeof node.config['text'] === 'string' ? node.config['text'] : ''
  const title = node.name ?? ''
  return (
    <div className={styles['note']}>
      {title !== '' && <p className={styles['noteTitle']}>{title}</p>}
      {text === '' && title === '' ? (
        <p className={styles['noteEmpty']}>An empty note. Double-click to write.</p>
      ) : (
        text.split('\n').map((line, index) => <Line key={`${index} ${line}`} line={line} />)
      )}
    </div>
  )
}

function Line({ line }: { readonly line: string }) {
  const heading = /^#{1,3}\s+(.*)$/.exec(line)?.[1]
  if (heading !== undefined) return <p className={styles['noteTitle']}>{heading}</p>
  const item = /^[-*]\s+(.*)$/.exec(line)?.[1]
  if (item !== undefined) return <p className={styles['noteItem']}>{emphasised(item)}</p>
  return <p>{line === '' ? '\u00a0' : emphasised(line)}</p>
}

/** `**strong**` and `` `code` `` within a line. */
function emphasised(text: string): readonly React.ReactNode[] {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part, index) => {
    const key = `${index} ${part}`
    if (part.startsWith('**') && part.length > 4)
      return <strong key={key}>{part.slice(2, -2)}</strong>
    if (part.startsWith('`') && part.length > 2) return <code key={key}>{part.slice(1, -1)}</code>
    return part
  })
}
