import type { Router } from '@koa/router'
import { startMany } from '../../billing/index.ts'
import { madeOnce, sql } from '../../db/index.ts'
import type { Translate } from '../../i18n/index.ts'
import { requestVerification, type SignedIn } from '../../identity/index.ts'
import type { IsoDate } from '../../kernel/index.ts'
import { may, scoped } from '../../records/index.ts'
import { offeredTo } from '../../services/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { flash, page, requireClient, requireUser, seeOther } from '../page/index.ts'
import { invoiceRowView, listedInvoice, type ListedInvoice } from './invoices/invoice-row.ts'
import { upcomingView } from './invoices/upcoming.ts'
import { verifyBanner } from './portal-frame.ts'
import { readServiceRows, serviceRowView, type ListedRow } from './services/service-row.ts'

const SERVICES_SHOWN = 6
const UNPAID_SHOWN = 5

export function homeRoutes(router: Router<State>): void {
  router.get('/portal', showHome)
  router.post('/portal/verify', sendVerificationAgain)
}

/** CP-01: what needs the client, what there is, and what is coming. */
async function showHome(ctx: RouteCtx): Promise<void> {
  const { t, client } = ctx.state
  const { user } = requireUser(ctx)
  if (!client) return page(ctx, 'portal/no-client', {}, { title: t('portal.home.title') })
  const view = await homeView(ctx)
  const greeting = t('portal.home.hello', { name: user.name.split(' ')[0]! })
  await page(
    ctx,
    'portal/home',
    { ...view, greeting },
    {
      title: t('portal.home.title'),
      parts: {
        'home-needs': ['portal/_needs', view.needs],
        'home-services': ['portal/_services', view.services],
      },
      slots: [{ slot: 'portal.home.after', record: client.id }],
    },
  )
}

async function homeView(ctx: RouteCtx) {
  const { t, deps, zone, actor } = ctx.state
  const { user } = requireUser(ctx)
  const today = deps.business.today(zone)
  const unpaid = await readUnpaid(ctx)
  const rows = await readServiceRows(ctx, {
    where: sql`s.billing_status <> 'ended'`,
    limit: SERVICES_SHOWN + 1,
  })
  return {
    needs: needsOf({ unpaid, user, mayPayMany: may(actor, startMany), t, today }),
    services: servicesOf({ rows, t }),
    offered: await offersTo(ctx),
    next: await upcomingView(ctx, 30),
  }
}

/** Services that somebody hands over to the user. */
async function offersTo({ state: { deps, actor } }: RouteCtx) {
  const rows = await offeredTo(deps.db, actor, deps.business.now())
  return rows.map(({ id, giver }) => ({ giver, href: `/portal/offered/${id}` }))
}

interface Needs {
  unpaid: readonly Unpaid[]
  user: SignedIn['user']
  mayPayMany: boolean
  t: Translate
  today: IsoDate
}

const needsOf = madeOnce(({ unpaid, user, mayPayMany, t, today }: Needs) => ({
  verify: verifyBanner(user, t),
  needs: unpaid.slice(0, UNPAID_SHOWN).map((row) => ({
    ...invoiceRowView(t, row, today),
    declined: row.declined,
  })),
  moreNeeds: unpaid.length > UNPAID_SHOWN,
  payAllHref: unpaid.length > 1 && mayPayMany ? '/portal/pay' : null,
}))

const servicesOf = madeOnce(({ rows, t }: { rows: readonly ListedRow[]; t: Translate }) => ({
  services: rows.slice(0, SERVICES_SHOWN).map((row) => serviceRowView(t, row)),
  moreServices: rows.length > SERVICES_SHOWN,
}))

type Unpaid = ListedInvoice & { declined: string | null }

/**
 * What is open, the oldest first, with the reason when the last attempt to pay it was refused. The order is of an
 * expression, so that the engine walks the client's documents and not all unpaid ones of the shop in the order of days.
 */
function readUnpaid(ctx: RouteCtx): Promise<Unpaid[]> {
  const { actor, client } = requireClient(ctx)
  return ctx.state.deps.db.all<Unpaid>(sql`
    select ${listedInvoice}, d.decline_message as declined from invoices i
    left join payments d on d.id = (select max(p.id) from payments p where p.invoice_id = i.id) and d.status = 'declined'
    where i.client_id = ${client.id} and ${scoped(actor, { table: 'i', right: 'invoice.read' })}
      and i.kind = 'invoice' and i.status = 'issued'
    order by i.due_on || '', i.id limit ${UNPAID_SHOWN + 1}`)
}

async function sendVerificationAgain(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const { user } = requireUser(ctx)
  await requestVerification(deps, {}, actor)
  flash(ctx, { tone: 'good', text: t('portal.home.verify_sent', { email: user.email }) })
  seeOther(ctx, '/portal')
}
