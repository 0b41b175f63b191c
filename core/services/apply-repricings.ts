import { list, sql, type Sql, type Trx } from '../db/index.ts'
import { ChangedMeanwhile } from '../kernel/index.ts'
import type { ServiceStep } from './plan-periods.ts'

/**
 * Writes the prices at which the periods just planned were charged, in four statements however many there are. Each row
 * is taken once: when one was applied or taken back meanwhile, nothing is written and the chunk is planned anew.
 */
export async function applyRepricings(trx: Trx, steps: readonly ServiceStep[]): Promise<void> {
  const ids = steps.flatMap(({ repricing_id }) => (repricing_id ? [repricing_id] : []))
  if (ids.length === 0) return
  const taken = await trx.run(
    sql`update service_repricings set status = 'applied', version = version + 1 where id in (${list(ids)}) and status = 'announced'`,
  )
  if (taken !== ids.length)
    throw ChangedMeanwhile({ what: 'price change', id: `${ids.length - taken} of ${ids.length}` })
  await trx.run(sql`
    update services set amount_minor = r.new_amount_minor, recurring_minor = r.new_recurring_minor
    from service_repricings r where r.id in (${list(ids)}) and services.id = r.service_id`)
  await trx.run(sql`
    update service_options set amount_minor = v.minor from ${optionsOf(trx, ids)}
    where service_options.service_id = v.service_id and service_options.option_id = v.option_id`)
}

function optionsOf(trx: Trx, ids: readonly string[]): Sql {
  if (trx.dialect === 'postgres')
    return sql`(select r.service_id, o.key as option_id, cast(o.value as bigint) as minor
      from service_repricings r, json_each_text(r.new_options::json) o where r.id in (${list(ids)})) v`
  return sql`(select r.service_id, o.key as option_id, cast(o.value as integer) as minor
      from service_repricings r, json_each(r.new_options) o where r.id in (${list(ids)})) as v`
}
