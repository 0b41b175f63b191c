import { sql, type Trx } from '../db/index.ts'
import { eachByItself, ofBrands, type BilledDay } from '../billing/index.ts'
import { ledTo, saidIn } from '../events/index.ts'
import { systemActor, type Actor, type IsoDate } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { carryOut, planned } from './cancel-service.ts'
import { endService } from './end-service.ts'
import { lockService } from './load.ts'

const CHUNK = 50

/** The daily step: ends what was cancelled for a day up to and including this one. Answers how many have ended. */
export async function endCancelled(means: Means, { on: day, brandIds }: BilledDay): Promise<number> {
  const actor = systemActor('end_cancelled')
  let after = { cancel_on: '', id: '' }
  for (let ended = 0; ;) {
    const due = await means.db.all<{ id: string; cancel_on: IsoDate }>(sql`
      select id, cancel_on from services where cancel_on <= ${day} and billing_status = 'ending'
        and (cancel_on, id) > (${after.cancel_on}, ${after.id}) and ${ofBrands(sql`brand_id`, brandIds)}
      order by cancel_on, id limit ${CHUNK}`)
    if (due.length === 0) return ended
    after = due.at(-1)!
    const ids = due.map((row) => row.id)
    const daily = { ids, refusal: 'service.end_refused', failure: 'service.end_failed', actor }
    ended += await eachByItself(means, daily, (trx, some) => endThose(means, trx, { ids: some, day }, actor))
  }
}

async function endThose(
  means: Means,
  trx: Trx,
  { ids, day }: { ids: readonly string[]; day: IsoDate },
  actor: Actor,
): Promise<number> {
  let count = 0
  for (const id of ids) {
    const service = await lockService(trx, id)
    // Undone meanwhile, or ended together with the service of which it is a part.
    if (service.billing_status !== 'ending' || service.cancel_on === null || service.cancel_on > day) continue
    const row = await planned(trx, id)
    if (row) await carryOut(means, trx, row, actor)
    const reason = service.cancel_reason ?? 'Cancelled'
    const carriedOut = row && saidIn(trx, row.id)
    await ledTo(trx, carriedOut, () => endService(means, trx, { service, reason }, actor))
    count++
  }
  return count
}
