import type { Instant } from '../../../kernel/index.ts'
import type { Block } from '../blocks.ts'
import { labeller, type Desk } from '../desk.ts'

export interface LogLine {
  id: string
  level: string
  operation: string | null
  message: string
  occurred_at: Instant
}

/** What a plugin said and what befell it. Secrets were masked before it was kept. */
export function logTable(desk: Desk, lines: readonly LogLine[]): Block {
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'instance-log',
    title: desk.t('admin.plugins.log'),
    columns: [
      { label: l('message'), phone: 'title' },
      { label: l('level'), phone: 'side' },
      { label: l('call') },
      { label: l('at') },
    ],
    rows: lines.map((line) => ({
      id: `row-${line.id}`,
      label: line.message.slice(0, 60),
      cells: [line.message, line.level, line.operation, { at: line.occurred_at }],
    })),
    empty: { icon: 'list-details', title: desk.t('admin.plugins.no_log') },
  }
}
