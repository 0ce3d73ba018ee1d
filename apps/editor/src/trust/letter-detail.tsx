import { useState } from 'react'
import { isRecord } from '@millrace/flow'
import type { TestMessage } from '@millrace/flow'
import type { DeadLetterInfo } from '@millrace/protocol'
import { Button } from '../ui/index.ts'
import { ValueTree } from '../values/index.ts'
import type { LettersStore } from './dead-letters-store.ts'
import styles from './trust.module.css'

interface LetterDetailProps {
  readonly letters: LettersStore
  readonly letter: DeadLetterInfo
}

/** Why a message failed, what it was, and what it will be when it is given again. */
export function LetterDetail({ letters, letter }: LetterDetailProps) {
  const { error, attempts, message, fixed } = letter
  return (
    <div className={styles['detail']} data-testid="letter-detail">
      <section className={styles['result']} aria-label="What failed" tabIndex={0}>
        <p className={styles['verdict']} data-outcome="failed">
          {error.code}{' '}
          <span className={styles['dim']}>{attempts === 1 ? 'once' : `${attempts} times`}</span>
        </p>
        <p className={styles['text']}>{error.message}</p>
        <p className={styles['caption']}>The message as it came</p>
        <ValueTree value={message} openLevels={2} />
      </section>
      <MessageText letters={letters} number={letter.number} message={fixed ?? message} />
    </div>
  )
}

interface MessageTextProps {
  readonly letters: LettersStore
  readonly number: number
  readonly message: TestMessage
}

/** The message that is given again, as JSON. The original is kept beside it. */
function MessageText({ letters, number, message }: MessageTextProps) {
  const saved = JSON.stringify(message, null, 2)
  const [text, setText] = useState(saved)
  const read = readMessage(text)
  const replay = async () => {
    if (read.message === undefined) return
    if (text !== saved) await letters.fix(number, read.message)
    await letters.replay([number])
  }
  return (
    <section className={styles['edit']} aria-label="The message to be given again">
      <textarea
        className={styles['code']}
        aria-label="The message as JSON"
        data-testid="letter-text"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className={styles['editTools']}>
        <span className={styles['trouble']}>{read.problem}</span>
        <span className={styles['grow']} />
        <Button
          size="small"
          look="quiet"
          disabled={text === saved || read.message === undefined}
          onClick={() => read.message && void letters.fix(number, read.message)}
        >
          Save
        </Button>
        <Button
          size="small"
          icon="rotate-ccw"
          disabled={read.message === undefined}
          data-testid="replay-letter"
          onClick={() => void replay()}
        >
          {text === saved ? 'Replay' : 'Save and replay'}
        </Button>
      </div>
    </section>
  )
}

function readMessage(text: string): { readonly message?: TestMessage; readonly problem?: string } {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? { message: value } : { problem: 'A message is an object.' }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
