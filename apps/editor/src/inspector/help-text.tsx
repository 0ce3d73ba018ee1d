import { Fragment, useMemo, type ReactNode } from 'react'
import styles from './help-text.module.css'
import { parseMarkdown, type Block, type Inline } from './markdown.ts'

/** Help in Markdown. */
export function HelpText({ source }: { readonly source: string }) {
  const blocks = useMemo(() => parseMarkdown(source), [source])
  return (
    <div className={styles['help']}>
      {blocks.map((block, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- the text does not change its order
        <Fragment key={index}>{blockElement(block)}</Fragment>
      ))}
    </div>
  )
}

function blockElement(block: Block): ReactNode {
  switch (block.kind) {
    case 'heading':
      return <h3 data-level={block.level}>{words(block.text)}</h3>
    case 'paragraph':
      return <p>{words(block.text)}</p>
    case 'code':
      return <pre tabIndex={0}>{block.text}</pre>
    case 'list': {
      const items = block.items.map((item, index) => <li key={index}>{words(item)}</li>)
      return block.isOrdered ? <ol>{items}</ol> : <ul>{items}</ul>
    }
    case 'table':
      return <Table rows={block.rows} />
  }
}

function Table({ rows }: { readonly rows: Extract<Block, { kind: 'table' }>['rows'] }) {
  const [head, ...body] = rows
  return (
    <table>
      <thead>
        <tr>
          {head?.map((cell, index) => (
            <th key={index}>{words(cell)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {body.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={column}>{words(cell)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function words(parts: readonly Inline[]): ReactNode {
  return parts.map(({ kind, text }, index) => {
    if (kind === 'code') return <code key={index}>{text}</code>
    if (kind === 'strong') return <strong key={index}>{text}</strong>
    if (kind === 'emphasis') return <em key={index}>{text}</em>
    return <Fragment key={index}>{text}</Fragment>
  })
}
