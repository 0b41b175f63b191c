import { money, type Money } from '../../../../sdk/index.ts'
import { serviceTitle } from '../../../catalog/index.ts'
import { all, sql, type Sql } from '../../../db/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { IsoDate } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { ServiceRow } from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { requireClient } from '../../page/index.ts'
import { cycleText } from '../cycle-text.ts'

export type ListedRow = Pick<
  ServiceRow,
  | 'id'
  | 'label'
  | 'billing_status'
  | 'delivery_status'
  | 'currency'
  | 'cycle'
  | 'recurring_minor'
  | 'next_period_on'
  | 'cancel_on'
> & { product_name: string; address: string | null }

/** Services of the client at hand that the reader may see, newest first unless `tail` says otherwise; one statement. */
export function readServiceRows(
  ctx: RouteCtx,
  { where, limit, tail }: { where: Sql; limit?: number; tail?: Sql },
): Promise<ListedRow[]> {
  const { actor, client } = requireClient(ctx)
  const own = [
    sql`s.client_id = ${client.id}`,
    scoped(actor, { table: 's', service: 'id', right: 'service.list' }),
  ]
  return ctx.state.deps.db.all<ListedRow>(sql`
    select s.id, s.label, s.billing_status, s.delivery_status, s.currency, s.cycle, s.recurring_minor, s.next_period_on,
      s.cancel_on, p.name as product_name,
      (select min(a.value) from service_access a where a.service_id = s.id and a.kind <> 'secret') as address
    from services s join products p on p.id = s.product_id
    where ${all([...own, where])} ${tail ?? sql`order by s.id desc limit ${limit ?? 25}`}`)
}

export interface ServiceRowView {
  id: string
  href: string
  label: string
  product: string | null
  address: string | null
  state: string
  price: Money
  cycle: string
  nextOn: IsoDate | null
  endsOn: IsoDate | null
}

export function serviceRowView(t: Translate, row: ListedRow): ServiceRowView {
  const ends = row.cancel_on !== null && row.billing_status !== 'ended'
  return {
    id: row.id,
    href: `/portal/services/${row.id}`,
    label: serviceTitle(row.product_name, row.label),
    product: row.label && row.label !== row.product_name ? row.product_name : null,
    address: row.address,
    state: shownState(row),
    price: money(row.recurring_minor, row.currency),
    cycle: cycleText(t, row.cycle),
    nextOn: row.billing_status === 'active' && !ends ? row.next_period_on : null,
    endsOn: ends ? row.cancel_on : null,
  }
}

/** The one state that matters first: what exists, unless it is over, ending or not paid yet. */
export function shownState(
  row: Pick<ServiceRow, 'billing_status' | 'delivery_status' | 'cancel_on'>,
): string {
  if (row.billing_status === 'ended') return 'ended'
  if (row.delivery_status === 'suspended') return 'suspended'
  if (row.billing_status === 'ending') return 'ending'
  if (row.billing_status === 'pending' && row.delivery_status === 'none') return 'unpaid'
  return row.delivery_status === 'none' ? 'active' : row.delivery_status
}
