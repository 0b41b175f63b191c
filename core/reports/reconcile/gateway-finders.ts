import { sql, type Queries } from '../../db/index.ts'
import type { Found } from './discrepancy.ts'
import { one, waitedFor, type Look } from './look.ts'
import { findTakenTwice } from './taken-twice.ts'

/** What a gateway told and what was not there the day after is not on its way any more. */
const DAY_HOURS = 24

interface Movement extends Omit<Found, 'detail'> {
  gateway: string
  reference: string
  of_reference: string | null
  kind: string
  moved_on: string
}

/** A gateway moved money of ours for nothing that the books know, or another sum than they say. */
export async function findUnmatchedMovements(queries: Queries, look: Look): Promise<Found[]> {
  const rows = await queries.all<Movement>(sql`
    select m.id as subject_id, m.brand_id, p.client_id, m.currency, m.amount_minor, g.name as gateway, m.reference, m.of_reference, m.kind, m.moved_on
    from gateway_movements m left join plugin_instances g on g.id = m.instance_id left join payments p on p.id = m.payment_id
    where m.status = 'waiting' and m.created_at < ${waitedFor(look, DAY_HOURS)} and ${one(sql`m.id`, look)} order by m.id limit 1000`)
  return rows.map(({ gateway, reference, of_reference, kind, moved_on, ...row }) => ({
    ...row,
    detail: { gateway, reference: of_reference ?? reference, what: kind, day: moved_on },
  }))
}

interface Payout extends Omit<Found, 'detail'> {
  gateway: string
  reference: string
  items_minor: bigint
}

/** A payout of which all was told, and which is not the sum of it. */
export async function findDifferingPayouts(queries: Queries, look: Look): Promise<Found[]> {
  const rows = await queries.all<Payout>(sql`
    select p.id as subject_id, p.brand_id, null as client_id, p.currency, p.amount_minor, g.name as gateway, p.reference,
      coalesce(sum(m.amount_minor - m.fee_minor), 0) as items_minor
    from payouts p left join plugin_instances g on g.id = p.instance_id left join gateway_movements m on m.payout_id = p.id
    where p.itemised = 1 and ${one(sql`p.id`, look)}
    group by p.id, p.brand_id, p.currency, p.amount_minor, p.fee_minor, g.name, p.reference
    having coalesce(sum(m.amount_minor - m.fee_minor), 0) <> p.amount_minor + p.fee_minor order by p.id limit 1000`)
  return rows.map(({ gateway, reference, items_minor, ...row }) => ({
    ...row,
    detail: { gateway, reference, open: items_minor.toString() },
  }))
}

/** An agreement at a gateway took money for what had been paid to us otherwise. */
export const findChargedByAgreement = (queries: Queries, look: Look): Promise<Found[]> =>
  findTakenTwice(queries, look, { payment: sql`p.kind = 'agreement'` })
