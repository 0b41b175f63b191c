import { sql } from '../db/index.ts'
import { NotFound } from '../kernel/index.ts'
import { scoped } from '../records/index.ts'
import type { ChangeWish } from '../services/index.ts'
import type { State } from './context.ts'

export interface OfferedWish {
  wish: ChangeWish
  /** Whether some of the options that were on the page wait for others of it. */
  isConditional: boolean
}

/**
 * Clients choose among what the page offers: plans of the same group that are sold now. Staff may do more, so that this
 * is a rule of the page and the API, and not of the verb. The options on the page are those of the present plan; another
 * plan takes them over by itself.
 */
export async function offeredWish(
  { deps, actor }: Pick<State, 'deps' | 'actor'>,
  wish: ChangeWish,
  right: string,
): Promise<OfferedWish> {
  const own = scoped(actor, { table: 's', service: 'id', right })
  const plan = await deps.db.get<{ id: string; present_id: string; conditions: number }>(sql`
    select p.id, q.id as present_id, (select count(*) from options o left join option_values v on v.option_id = o.id
      where o.product_id = q.id and (o.conditions <> '[]' or v.conditions <> '[]')) as conditions from services s join products q on q.id = s.product_id
    join products p on p.id = q.id or (p.status = 'active' and p.group_id = q.group_id)
    where s.id = ${wish.service_id} and ${own} and p.id = ${wish.product_id ?? sql`q.id`}`)
  if (!plan) throw NotFound({ what: 'plan', id: wish.product_id ?? wish.service_id })
  return plan.id === plan.present_id
    ? { wish, isConditional: Number(plan.conditions) > 0 }
    : { wish: { ...wish, options: [] }, isConditional: false }
}
