import { Component, type ErrorInfo, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { EmptyState } from './empty-state.tsx'

export interface BoundaryProps {
  /** What it is that may fail, such as "The inspector". */
  readonly part: string
  readonly children: ReactNode
}

interface BoundaryState {
  readonly error: Error | undefined
}

/** A part of the page that may fail alone: it says so where it was, and the rest goes on. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: undefined }

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(`${this.props.part} failed`, error, info.componentStack)
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <div role="alert">
        <EmptyState icon="circle-alert" title={`${this.props.part} could not be shown`}>
          <p>{reasonFor(error)}</p>
          <p>
            <Button size="small" onClick={() => this.setState({ error: undefined })}>
              Try again
            </Button>{' '}
            <Button size="small" onClick={() => location.reload()}>
              Reload the page
            </Button>
          </p>
        </EmptyState>
      </div>
    )
  }
}

/** Parts that load late are gone after an upgrade of the server. */
function reasonFor({ message }: Error): string {
  return /dynamically imported|Importing a module/.test(message)
    ? 'It could not be loaded. The server may have been upgraded, or be out of reach.'
    : message
}
