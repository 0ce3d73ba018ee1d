import type { NodeType } from '@millrace/sdk'
import { telegrafConnection } from './connection/connection.ts'
import { telegrafIn } from './in/source.ts'
import { telegrafOut } from './out/sink.ts'

export const nodeTypes: readonly NodeType[] = [telegrafConnection, telegrafIn, telegrafOut]
