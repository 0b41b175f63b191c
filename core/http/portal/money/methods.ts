import type { Router } from '@koa/router'
import {
  listAgreements,
  listGateways,
  listMethods,
  offers,
  preferMethod,
  removeMethod,
  startMethodSetup,
  updateMethod,
  type AgreementRow,
} from '../../../billing/index.ts'
import { formatDate, formatMoney } from '../../../i18n/index.ts'
import { Forbidden } from '../../../kernel/index.ts'
import { may } from '../../../records/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import { can, field, flash, formKeys, page, requireClient, seeOther } from '../../page/index.ts'
import { methodView } from '../invoices/pay-view.ts'
import { leave } from '../leave.ts'
import { confirmSetup, sealSetup, setupView } from './method-setup.ts'

const HREF = '/portal/payment-methods'
const LIST = { permission: 'payment_method.read', audience: ['client'] } as const

export function methodRoutes(router: Router<State>): void {
  router.get(HREF, showMethods)
  router.post(HREF, addMethod)
  router.post(`${HREF}/:methodId/prefer`, takePrefer)
  router.post(`${HREF}/:methodId/update`, takeUpdate)
  router.post(`${HREF}/:methodId/remove`, takeRemove)
}

/** CP-11. */
async function showMethods(ctx: RouteCtx): Promise<void> {
  const { actor, client } = requireClient(ctx)
  if (!may(actor, LIST)) throw Forbidden({ permission: LIST.permission })
  const { deps, t, zone } = ctx.state
  const methods = await listMethods(deps.db, client.id)
  const gateways = await listGateways(deps.db, client.brand_id, { clientId: client.id })
  const updates = (id: string) =>
    can(ctx, updateMethod) && gateways.some((one) => one.id === id && offers(one, 'update_method'))
  const view = {
    methods: methods.map((method) => ({
      ...methodView(t, method, deps.business.today(zone)),
      preferHref: method.preferred || !can(ctx, preferMethod) ? null : `${HREF}/${method.id}/prefer`,
      updateHref: updates(method.instance_id) ? `${HREF}/${method.id}/update` : null,
      removeHref: can(ctx, removeMethod) ? `${HREF}/${method.id}/remove` : null,
    })),
    gateways: can(ctx, startMethodSetup)
      ? gateways.filter((one) => offers(one, 'start_setup')).map(({ id, name }) => ({ id, name }))
      : [],
    agreements: (await listAgreements(deps.db, client.id)).map((row) => agreementView(ctx, row)),
    setup: await setupView(ctx, client),
    isNew: ctx.query.added !== undefined,
    keys: formKeys(),
  }
  await page(ctx, 'portal/payment-methods', view, {
    title: t('portal.methods.title'),
    parts: { methods: ['portal/_methods', view] },
    framed: view.setup !== null,
  })
}

/** What a gateway charges by itself, agreed before this shop: shown so that nobody wonders who takes the money. */
function agreementView(ctx: RouteCtx, row: AgreementRow & { service: string }) {
  const { t, locale } = ctx.state
  const sum = formatMoney({ minor: row.amount_minor, currency: row.currency }, locale)
  const next = row.next_on && formatDate(row.next_on, locale)
  return { label: row.service, text: next ? t('payouts.agreements.next', { sum, day: next }) : sum }
}

async function addMethod(ctx: RouteCtx): Promise<void> {
  if (field(ctx, 'setup') !== '') return takeSetup(ctx)
  const { actor, client } = requireClient(ctx)
  const { deps, origin, t } = ctx.state
  const back = `${origin}${HREF}`
  const key = `setup/${deps.newId('req')}`
  const outcome = await startMethodSetup(
    deps,
    {
      ...{ client_id: client.id, instance_id: field(ctx, 'gateway'), can_embed: true },
      ...{ return_url: `${back}?added=1`, cancel_url: back },
    },
    actor,
  )
  if (outcome.outcome === 'needs_client' && outcome.embed) {
    const { reference, embed, url = null } = outcome
    const setup = { instance_id: field(ctx, 'gateway'), reference, key, embed, url }
    return seeOther(ctx, `${HREF}?setup=${sealSetup(ctx, client, setup)}`)
  }
  if (outcome.outcome === 'needs_client' && outcome.url)
    return leave(ctx, outcome.url, { name: new URL(outcome.url).host, backHref: HREF })
  flash(ctx, { tone: 'warn', text: t('portal.methods.not_added') })
  seeOther(ctx, HREF)
}

/** The gateway's frame gave its token. */
async function takeSetup(ctx: RouteCtx): Promise<void> {
  const { client } = requireClient(ctx)
  const { t } = ctx.state
  const outcome = await confirmSetup(ctx, client)
  if (outcome.outcome === 'needs_client')
    return leave(ctx, outcome.url, { name: new URL(outcome.url).host, backHref: HREF })
  const saved = outcome.outcome === 'saved'
  flash(ctx, { tone: saved ? 'good' : 'warn', text: saved ? t('embed.saved') : outcome.message })
  seeOther(ctx, HREF)
}

async function takePrefer(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await preferMethod(deps, { method_id: ctx.params.methodId }, actor)
  flash(ctx, { tone: 'good', text: t('portal.methods.preferred_done') })
  seeOther(ctx, HREF)
}

async function takeUpdate(ctx: RouteCtx): Promise<void> {
  const { deps, actor, origin, t } = ctx.state
  const input = { method_id: ctx.params.methodId, return_url: `${origin}${HREF}` }
  const { url } = await updateMethod(deps, input, actor)
  if (url) return leave(ctx, url, { name: new URL(url).host, backHref: HREF })
  flash(ctx, { tone: 'good', text: t('portal.methods.updated') })
  seeOther(ctx, HREF)
}

async function takeRemove(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await removeMethod(deps, { method_id: ctx.params.methodId }, actor)
  flash(ctx, { tone: 'good', text: t('portal.methods.removed') })
  seeOther(ctx, HREF)
}
