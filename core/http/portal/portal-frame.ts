import { sql } from '../../db/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { SignedIn } from '../../identity/index.ts'
import { scoped } from '../../records/index.ts'
import type { Flash, NavEntry } from '../../render/index.ts'
import type { AreaFrame, Ctx } from '../context.ts'
import { navigation } from '../page/index.ts'

/** At most one banner above a page, the gravest: suspended, overdue, address not confirmed. */
export const portalFrame: AreaFrame = async (ctx) => {
  const { signedIn, t } = ctx.state
  const banner = saysItself(ctx)
    ? null
    : ((await overdueBanner(ctx)) ?? (signedIn && verifyBanner(signedIn.user, t)))
  return { ...(banner ? { banner } : {}), nav: ownNavigation(ctx) }
}

/** Pages that stand under an entry of the navigation without lying below its address. */
const UNDER: readonly [RegExp, string][] = [
  [/^\/portal\/(transactions|credit|statement|pay$)/, '/portal/invoices'],
  [/^\/portal\/(security|messages)/, '/portal/account'],
]

function ownNavigation(ctx: Ctx): readonly NavEntry[] {
  const entries = navigation(ctx, 'portal')
  const home = UNDER.find(([pattern]) => pattern.test(ctx.path))?.[1]
  if (home === undefined) return entries
  return entries.map(({ active: _active, ...entry }) =>
    entry.href === home ? { ...entry, active: true } : entry,
  )
}

/** Pages that are about just this. */
const saysItself = ({ path }: Ctx): boolean =>
  path === '/portal' || /^\/portal\/(invoices|services\/|switch|verify)/.test(path)

/** The status stands in an expression, so that the engine walks the client's documents and not all unpaid ones. */
async function overdueBanner(ctx: Ctx): Promise<Flash | null> {
  const { client, actor, deps, t, zone } = ctx.state
  if (!client) return null
  const row = await deps.db.get<{ overdue: number; suspended: number }>(sql`
    select count(*) as overdue,
      (select count(*) from services s join service_holds h on h.service_id = s.id and h.reason = 'overdue'
        where s.client_id = ${client.id} and s.delivery_status = 'suspended' and ${scoped(actor, { table: 's', service: 'id', right: 'service.read' })}) as suspended
    from invoices i where i.client_id = ${client.id} and i.kind = 'invoice' and i.status || '' = 'issued' and i.proforma = 0
      and coalesce(i.owed_on, i.due_on) < ${deps.business.today(zone)} and ${scoped(actor, { table: 'i', right: 'invoice.read' })}`)
  const action = { label: t('portal.banner.see_unpaid'), href: '/portal/invoices?show=unpaid' }
  if (row && row.suspended > 0)
    return { tone: 'bad', text: t('portal.banner.suspended', { count: row.suspended }), action }
  if (row && row.overdue > 0)
    return { tone: 'warn', text: t('portal.banner.overdue', { count: row.overdue }), action }
  return null
}

export function verifyBanner(user: SignedIn['user'], t: Translate): Flash | null {
  if (user.email_verified_at) return null
  const action = { label: t('portal.banner.verify_again'), href: '/portal/verify', post: true }
  return { tone: 'info', text: t('portal.banner.verify', { email: user.email }), action }
}
