import type { Router } from '@koa/router'
import { findBrand } from '../../brands/index.ts'
import { openAccount, openCurrencies } from '../../clients/index.ts'
import { switchClient, type ClientChoice } from '../../identity/index.ts'
import { may } from '../../records/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { NoClientChosen } from '../errors.ts'
import {
  currencyOptions,
  field,
  flash,
  formKeys,
  page,
  requireUser,
  safePath,
  seeOther,
  tryForm,
  type FormProblem,
} from '../page/index.ts'

/**
 * CP-27: which of several clients one acts for. The session remembers it. It is the session's own actor who asks here,
 * because the acting one is cut to the client of before.
 */
export function switchRoutes(router: Router<State>): void {
  router.get('/portal/switch', (ctx) => showChoices(ctx))
  router.post('/portal/switch', open)
  router.post('/portal/switch/:clientId', choose)
}

async function showChoices(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { clients } = requireUser(ctx)
  const { t, client } = ctx.state
  const view = {
    next: safePath(ctx.query.next, '/portal'),
    clients: clients
      .filter(({ status }) => status === 'active')
      .map(({ id, name, company, currency }) => ({
        ...{ id, name: company ?? name, person: company ? name : null, currency },
        ...{ href: `/portal/switch/${id}`, active: id === client?.id },
      })),
    currencies: await newCurrencies(ctx),
    ...{ keys: formKeys(), errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  await page(ctx, 'portal/switch', view, { title: t('getting_in.switch.title') })
}

/** The account whose person and address another one gets: the one acted for, or any while none is chosen. */
function present(ctx: RouteCtx): ClientChoice | undefined {
  return ctx.state.client ?? requireUser(ctx).clients.find(({ status }) => status === 'active')
}

/** What another account could be opened in. */
async function newCurrencies(ctx: RouteCtx): Promise<{ value: string; label: string }[]> {
  const { deps, locale } = ctx.state
  const { actor } = ctx.state.signedIn!
  const client = present(ctx)
  if (!client || !may(actor, openAccount)) return []
  const left = await openCurrencies(deps.db, await findBrand(deps.db, client.brand_id), actor)
  return currencyOptions(left, locale)
}

async function open(ctx: RouteCtx): Promise<void> {
  const { deps, signedIn, t } = ctx.state
  const client = present(ctx)
  if (!client) throw NoClientChosen({})
  await tryForm(ctx, {
    redraw: (problem) => showChoices(ctx, problem),
    async act() {
      const wanted = { client_id: client.id, currency: field(ctx, 'currency') }
      const opened = await openAccount(deps, wanted, signedIn!.actor)
      flash(ctx, { tone: 'good', text: t('getting_in.switch.opened', { currency: opened.currency }) })
      seeOther(ctx, '/portal')
    },
  })
}

async function choose(ctx: RouteCtx): Promise<void> {
  const { signedIn, deps } = ctx.state
  requireUser(ctx)
  await switchClient(deps, { client_id: ctx.params.clientId }, signedIn!.actor)
  seeOther(ctx, safePath(field(ctx, 'next'), '/portal'))
}
