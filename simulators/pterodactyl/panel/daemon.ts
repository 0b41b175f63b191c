import { randomUUID } from 'node:crypto'
import { refusal } from '../http/refusals.ts'
import type { Panel } from './panel.ts'

/** Throws what the panel answers when the daemon of this node cannot be reached. */
export function reachDaemon(panel: Panel, node: number): void {
  const status = panel.downNodes.get(node)
  if (status === 504) throw refusal('daemon_unreachable')
  if (status === 502) throw refusal('daemon_failed', { note: `(request_id: ${randomUUID()})` })
}
