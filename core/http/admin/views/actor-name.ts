import { name as column, sql, type Sql } from '../../../db/index.ts'
import type { Cell } from '../blocks.ts'
import type { Desk } from '../desk.ts'
import { said } from './words.ts'

/** Who acted, as a row of events or of the audit log keeps it, and the name that `actorNamed` found for it. */
export interface Acted {
  actor: string
  name: string | null
}

/** The column `name`, and the joins that fill it for people, keys and plugins; `of` is the column that holds who acted. */
export const actorNamed = sql`coalesce(u.name, k.name, n.name) as name`
export function actorJoins(of: string): Sql {
  const actor = column(of)
  return sql`left join users u on u.id = ${actor} left join api_keys k on k.id = ${actor}
    left join plugin_instances n on n.id = ${actor}`
}

/** "Ada Wirth", "Stripe (plugin)", "Berth (billing run)": never an id, unless whom it named is gone. */
export function actorName(desk: Desk, { actor, name }: Acted): string {
  const { t } = desk
  if (actor === 'guest') return t('admin.actor.guest')
  const [kind, task] = actor.split(':')
  if (kind === 'system' && task)
    return t('admin.actor.system', { task: said(desk, 'admin.actor_task', task) })
  if (name === null) return actor
  return actor.startsWith('usr_')
    ? name
    : t(`admin.actor.${actor.startsWith('key_') ? 'key' : 'plugin'}`, { name })
}

/** The same with what the row keeps beside it, for the page of one entry. */
export function actorCell(desk: Desk, acted: Acted): Cell {
  const words = actorName(desk, acted)
  return words === acted.actor ? { mono: words } : { words, code: acted.actor }
}
