import type { DueItem } from '../billing/index.ts'
import { sql, type Sql, type Trx } from '../db/index.ts'
import { ChangedMeanwhile } from '../kernel/index.ts'
import { countPeriods, type DiscountPeriods } from './service-discounts.ts'
import { applyRepricings } from './apply-repricings.ts'
import type { ServiceStep } from './plan-periods.ts'

/**
 * Moves services on by the periods just charged, in one statement. The old period is compared in it: when one
 * service has moved meanwhile nothing may be written, so the whole transaction is refused and planned anew.
 */
export async function advanceServices(trx: Trx, items: readonly DueItem[]): Promise<void> {
  const steps: ServiceStep[] = []
  for (const item of items) if (item.step !== null) steps.push(item.step as ServiceStep)
  if (steps.length === 0) return
  const changed = await trx.run(sql`
    update services set period_index = v.to_index, charged_through = v.charged_through,
      next_period_on = v.charged_through, coupon_cycles_left = v.coupon_cycles_left,
      periods_left = v.periods_left, version = version + 1
    from ${asRows(trx, steps)} where services.id = v.id and services.client_id = v.client_id
      and services.period_index = v.from_index and services.next_period_on = v.from_on`)
  if (changed !== steps.length) {
    throw ChangedMeanwhile({ what: 'service', id: `${steps.length - changed} of ${steps.length}` })
  }
  await countPeriods(trx, Object.assign({}, ...steps.map(({ discounted }) => discounted)) as DiscountPeriods)
  await applyRepricings(trx, steps)
}

/** Services that stood at the same place and go to the same: most of a chunk share a few. */
type Move = Omit<ServiceStep, 'id' | 'client_id' | 'discounted' | 'repricing_id'> & {
  /** Each with its client. */
  ids: [string, string][]
}

/**
 * The steps as a table "v". They travel as one JSON text, which both engines unfold faster than they take rows singly.
 * PostgreSQL gets a step a service: it takes those of one array to be a hundred and finds each by its key. Of arrays in
 * an array it expects ten thousand, starts from the services of the day instead and unfolds the array for each of them.
 */
function asRows(trx: Trx, steps: readonly ServiceStep[]): Sql {
  if (trx.dialect === 'postgres') {
    return sql`json_to_recordset(${JSON.stringify(steps)}::json) as v(
      id text, client_id text, from_index bigint, from_on text, to_index bigint, charged_through text, coupon_cycles_left bigint, periods_left bigint)`
  }
  return sql`(with m as materialized (select value ->> 'from_index' as from_index, value ->> 'from_on' as from_on,
      value ->> 'to_index' as to_index, value ->> 'charged_through' as charged_through,
      value ->> 'coupon_cycles_left' as coupon_cycles_left, value ->> 'periods_left' as periods_left, value -> 'ids' as ids
    from json_each(${JSON.stringify(movesOf(steps))})) select i.value ->> 0 as id, i.value ->> 1 as client_id, m.* from m, json_each(m.ids) i) as v`
}

function movesOf(steps: readonly ServiceStep[]): Move[] {
  const moves = new Map<string, Move>()
  for (const {
    id,
    client_id,
    from_index,
    from_on,
    to_index,
    charged_through,
    coupon_cycles_left,
    periods_left,
  } of steps) {
    const key = `${from_index} ${from_on} ${to_index} ${charged_through} ${coupon_cycles_left} ${periods_left}`
    const move = moves.get(key)
    if (move) move.ids.push([id, client_id])
    else {
      const fresh = { from_index, from_on, to_index, charged_through, coupon_cycles_left, periods_left }
      moves.set(key, { ...fresh, ids: [[id, client_id]] })
    }
  }
  return [...moves.values()]
}
