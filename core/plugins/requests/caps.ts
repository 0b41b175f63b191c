import { sql, type Trx } from '../../db/index.ts'
import { instant, toMs, type BusinessClock } from '../../kernel/index.ts'
import { Refusal } from '../broker/refusal.ts'
import { limitOf } from '../manifest/askable-limits.ts'
import type { WriteAsked } from '../ports.ts'
import type { PluginRequestRow } from './request-lifecycle.ts'

const DAY_MS = 24 * 3_600_000

type Clocked = { business: BusinessClock }

/** 24 hours back rather than a calendar's day, which would let through twice as much around midnight. */
const dayBefore = ({ business }: Clocked) => instant(toMs(business.now()) - DAY_MS)

/** Throws when the instance has made all requests that it may make within 24 hours. */
export async function refuseBeyondDay(means: Clocked, trx: Trx, asked: WriteAsked): Promise<void> {
  const most = limitOf(asked.manifest, 'writes_a_day')
  const row = await trx.get<{ made: number }>(sql`
    select count(*) as made from plugin_requests
    where instance_id = ${asked.instance} and created_at > ${dayBefore(means)}`)
  if ((row?.made ?? 0) >= most)
    throw new Refusal('E_LIMIT', `${most} requests within 24 hours are the most. Try again later.`)
}

/** Whether the plugin was granted to have so much of this currency written without a person, alone and with the last day. */
export async function fitsCaps(
  means: Clocked,
  trx: Trx,
  { row, asked }: { row: PluginRequestRow; asked: WriteAsked },
): Promise<boolean> {
  const { scope, currency, amount_minor } = row
  const grants = asked.manifest.permissions?.auto_approval ?? []
  const cap = grants.find((grant) => grant.scope === scope && grant.currency === currency)
  if (!cap || amount_minor === null || amount_minor > BigInt(cap.item_minor)) return false
  const taken = await trx.get<{ sum_minor: bigint }>(sql`
    select coalesce(sum(amount_minor), 0) as sum_minor from plugin_requests
    where instance_id = ${row.instance_id} and decided_by = instance_id and scope = ${scope}
      and currency = ${currency} and decided_at > ${dayBefore(means)}`)
  return (taken?.sum_minor ?? 0n) + amount_minor <= BigInt(cap.day_minor)
}
