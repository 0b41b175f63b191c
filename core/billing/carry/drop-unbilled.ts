import { list, sql, type Trx } from '../../db/index.ts'
import { droppedBy, notGivenBack } from '../charge-cause.ts'

const PERIODS = ['recurring', 'option', 'discount'] as const

/**
 * Periods that were charged to a client and stand on no document yet are owed by whoever has the service now: their
 * charges give up their place, and the next run charges them anew.
 * @param by what moved the service; `planAgain` puts it back by the same id
 */
export async function dropUnbilled(
  trx: Trx,
  { sources, by }: { sources: readonly string[]; by: string },
): Promise<void> {
  const rows = await trx.all<{ charge_id: string }>(sql`
    select l.charge_id from carried_lines l join charges c on c.id = l.charge_id
    where l.placed = 0 and c.source_id in (${list(sources)}) and c.kind in (${list(PERIODS)}) and ${notGivenBack}`)
  if (rows.length === 0) return
  const ids = list(rows.map((row) => row.charge_id))
  await trx.run(sql`delete from carried_lines where charge_id in (${ids})`)
  await trx.run(sql`update charges set cause = ${droppedBy(by)} || cause where id in (${ids})`)
}
