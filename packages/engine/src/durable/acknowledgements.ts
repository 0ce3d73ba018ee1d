export type Safe = (error?: unknown) => void

/**
 * Keeps acknowledgements in the order in which records were taken in, where some of the records go
 * to the log, which says when they are safe, and others are dropped.
 */
export class Acknowledgements {
  private appended = 0
  private told = 0
  private waiting: { readonly after: number; readonly safe: Safe }[] = []

  /** For a record that goes to the log. */
  next(safe: Safe): Safe {
    this.appended += 1
    return (error) => {
      this.told += 1
      safe(error)
      if (this.waiting.length > 0) this.tellSkipped()
    }
  }

  /** A record that was dropped is acknowledged after those before it. */
  skip(safe: Safe): void {
    if (this.told === this.appended) safe()
    else this.waiting.push({ after: this.appended, safe })
  }

  private tellSkipped(): void {
    const due = this.waiting.filter(({ after }) => after <= this.told)
    this.waiting = this.waiting.slice(due.length)
    for (const { safe } of due) safe()
  }
}
