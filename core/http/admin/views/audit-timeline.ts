import { sql } from '../../../db/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import type { Block } from '../blocks.ts'
import type { Desk } from '../desk.ts'
import { actorJoins, actorName, actorNamed } from './actor-name.ts'
import { actName } from './words.ts'

interface Entry {
  action: string
  actor: string
  name: string | null
  reason: string | null
  occurred_at: Instant
}

const SHOWN = 30

/** What was done to a record, newest first: one statement. */
export async function auditTimeline(desk: Desk, of: { subject: string; id: string }): Promise<Block> {
  const rows = await desk.means.db.all<Entry>(sql`
    select a.action, a.actor, ${actorNamed}, a.reason, a.occurred_at from audit a ${actorJoins('a.actor')}
    where a.subject = ${of.subject} order by a.id desc limit ${SHOWN}`)
  return {
    kind: 'timeline',
    id: of.id,
    title: desk.t('admin.history.title'),
    entries: rows.map((row) => ({
      title: actName(desk, row.action),
      at: row.occurred_at,
      who: actorName(desk, row),
      ...(row.reason ? { text: row.reason } : {}),
    })),
    empty: { icon: 'history', title: desk.t('admin.history.none') },
  }
}
