import type { FlowCore } from '../flow-core.ts'
import { addNode, type AddOptions } from './adding.ts'
import { createConnecting, type Connecting } from './connecting.ts'
import { called } from './labels.ts'
import { createMoving, type Moving } from './moving.ts'
import { createRemoving, type Removing } from './removing.ts'
import { replaceType } from './replacing.ts'
import { createSetting, type Setting } from './setting.ts'
import { spliceInto } from './splicing.ts'

/** Commands that change nodes and wires. Each that changes something is one step of the history. */
export interface Editing extends Connecting, Moving, Setting, Removing {
  /** Returns the id of the new node. */
  addNode(type: string, options?: AddOptions): string
  /** Puts a node that is there into a wire, between its two ends. */
  splice(node: string, wire: string): boolean
  /** Puts another type in the node's place, keeping name, wires and settings where they fit. */
  replaceType(node: string, type: string): void
}

export function createEditing(core: FlowCore): Editing {
  return {
    ...createConnecting(core),
    ...createMoving(core),
    ...createSetting(core),
    ...createRemoving(core),
    addNode: (type, options = {}) => addNode(core, type, options),
    splice: (node, wire) =>
      core.transact(`Put ${called(core, node)} into a wire`, (draft) =>
        spliceInto(core, draft, node, wire),
      ),
    replaceType: (id, type) => replaceType(core, id, type),
  }
}
