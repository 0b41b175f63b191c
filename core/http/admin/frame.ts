import { madeOnce, sql } from '../../db/index.ts'
import type { Translate } from '../../i18n/index.ts'
import { covers } from '../../kernel/index.ts'
import { scoped } from '../../records/index.ts'
import type { NavEntry } from '../../render/index.ts'
import type { AreaFrame, State } from '../context.ts'
import { navigation } from '../page/index.ts'

interface Counts {
  orders: number
  deliveries: number
  disputes: number
}

/** What every page of staff has besides the common frame: search, what can be created, and counts of what waits. */
export const adminFrame: AreaFrame = async (ctx) => {
  const { actor, t, signedIn } = ctx.state
  if (!signedIn) return {}
  const counts = await countWaiting(ctx.state)
  const nav = withCounts(navigation(ctx, 'admin'), counts)
  return { nav, ...lasting({ permissions: actor.permissions, t }) }
}

/** What follows from rights and language alone. */
const lasting = madeOnce(({ permissions, t }: { permissions: readonly string[]; t: Translate }) => ({
  create: CREATED.filter(({ permission }) => covers(permissions, permission)).map(
    ({ label, href, icon }) => ({ ...{ label: t(label), href, icon } }),
  ),
  search: { href: '/admin/search', label: t('admin.search.field') },
  health: { href: '/admin/health', tone: 'neutral' as const, label: t('admin.health.title') },
}))

const CREATED = [
  {
    ...{ permission: 'client.create', label: 'admin.clients.new' },
    ...{ href: '/admin/clients/new', icon: 'user-plus' },
  },
  {
    ...{ permission: 'invoice.create', label: 'admin.invoices.new' },
    ...{ href: '/admin/invoices/new', icon: 'file-invoice' },
  },
  {
    ...{ permission: 'product.create', label: 'admin.products.new' },
    ...{ href: '/admin/catalog/products/new', icon: 'package' },
  },
  {
    ...{ permission: 'coupon.create', label: 'admin.coupons.new' },
    ...{ href: '/admin/coupons/new', icon: 'ticket' },
  },
]

function withCounts(nav: readonly NavEntry[], counts: Counts): readonly NavEntry[] {
  if (counts.orders + counts.deliveries + counts.disputes === 0) return nav
  return nav.map((entry) => {
    const count = counts[entry.href.slice('/admin/'.length) as keyof Counts]
    return count ? { ...entry, count } : entry
  })
}

/** One statement, whatever waits. */
async function countWaiting({ deps, actor }: Pick<State, 'deps' | 'actor'>): Promise<Counts> {
  const row = await deps.db.get<Counts>(sql`
    select (select count(*) from orders o where o.status in ('placed', 'held') and ${scoped(actor, { table: 'o' })}) as orders,
      (select count(*) from deliveries d where d.status = 'failed' and ${scoped(actor, { table: 'd' })}) as deliveries,
      (select count(*) from disputes d join clients c on c.id = d.client_id where d.status in ('open', 'inquiry')
        and ${scoped(actor, { table: 'c', client: 'id' })}) as disputes`)
  return row ?? { orders: 0, deliveries: 0, disputes: 0 }
}
