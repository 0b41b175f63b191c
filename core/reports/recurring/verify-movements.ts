import type { Finding } from '../../billing/index.ts'
import { list, sql, type Queries } from '../../db/index.ts'
import { systemActor } from '../../kernel/index.ts'
import { monthly, paying, type Paying } from '../of/mrr.ts'
import { TASK } from './note-movements.ts'

const BATCH = 1_000

interface Held {
  id: string
  held_minor: bigint
}

/**
 * The movements of each service add up to what it brings in a month. Services with which something has happened since
 * the last night of their zone wait for the next one.
 */
export async function verifyMovements(queries: Queries): Promise<Finding[]> {
  const findings: Finding[] = []
  for (let after = ''; ;) {
    const held = await heldAfter(queries, after)
    if (held.length === 0) return findings
    const now = await queries.all<Paying & { id: string }>(sql`
      select f.* from (${paying({ actor: systemActor('verify'), brandId: null })}) f
      where f.id in (${list(held.map(({ id }) => id))})`)
    const brings = new Map(now.map((row) => [row.id, monthly(row)]))
    for (const { id, held_minor } of held) {
      const minor = brings.get(id) ?? 0n
      if (minor !== held_minor)
        findings.push({
          ...{ check: 'movements of recurring revenue add up to it', id },
          problem: `movements sum to ${held_minor}, it brings ${minor} a month`,
        })
    }
    after = held.at(-1)!.id
  }
}

const heldAfter = (queries: Queries, after: string): Promise<Held[]> =>
  queries.all<Held>(sql`
    select s.id, cast(coalesce((select sum(m.moved_minor) from recurring_movements m where m.service_id = s.id), 0) as bigint) as held_minor
    from services s join brands b on b.id = s.brand_id
      join (select subject, max(acted_at) as noted_at from automated_acts where task = ${TASK} group by subject) n on n.subject = b.zone
    where s.id > ${after} and s.updated_at < n.noted_at
      and not exists (select 1 from coupons k where k.id = s.coupon_id and k.updated_at >= n.noted_at)
      and not exists (select 1 from invoice_lines l join invoices i on i.id = l.invoice_id where l.source_id = s.id and i.updated_at >= n.noted_at)
    order by s.id limit ${BATCH}`)
