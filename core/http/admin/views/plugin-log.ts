import { formatInstant } from '../../../i18n/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import type { Block } from '../blocks.ts'
import { labeller, type Desk } from '../desk.ts'

export interface LogLine {
  id: string
  instance_id?: string
  level: string
  operation: string | null
  message: string
  occurred_at: Instant
}

/** The call, and whose it was. */
export const named = (call: string | null, name: string | undefined): string | null =>
  name === undefined ? call : [name, call].filter((part) => part !== null).join(' · ')

/** As people read it beside the instance: without its id before it, and with times of their own clock. */
export const spoken = ({ zone, locale }: Desk, message: string): string =>
  message
    .replace(/^(Plugin "[^"]+" \(plg_\w+\), |plg_\w+ )/, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (at) => formatInstant(at as Instant, zone, locale))

/** What a plugin said and what befell it. Secrets were masked before it was kept. */
export function logTable(
  desk: Desk,
  lines: readonly LogLine[],
  names: ReadonlyMap<string, string> = new Map(),
): Block {
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'instance-log',
    title: desk.t('admin.plugins.log'),
    columns: [
      { label: l('message'), phone: 'title' },
      { label: l('level'), phone: 'side' },
      { label: l('at') },
    ],
    rows: lines.map((line) => ({
      id: `row-${line.id}`,
      label: line.message.slice(0, 60),
      cells: [
        [named(line.operation, names.get(line.instance_id ?? '')), spoken(desk, line.message)]
          .filter((part) => part !== null)
          .join(': '),
        line.level,
        { at: line.occurred_at },
      ],
    })),
    empty: { icon: 'list-details', title: desk.t('admin.plugins.no_log') },
  }
}
