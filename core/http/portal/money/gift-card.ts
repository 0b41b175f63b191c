import type { Router } from '@koa/router'
import { money } from '../../../../sdk/index.ts'
import { redeemGiftCard } from '../../../billing/index.ts'
import { formatMoney } from '../../../i18n/index.ts'
import { Forbidden } from '../../../kernel/index.ts'
import { may } from '../../../records/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import {
  field,
  flash,
  formKeys,
  page,
  requireClient,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'
import { invoiceTabs } from '../invoices/tabs.ts'

const HREF = '/portal/credit/gift-card'

export function giftCardRoutes(router: Router<State>): void {
  router.get(HREF, (ctx) => drawForm(ctx))
  router.post(HREF, takeCode)
}

async function drawForm(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { actor } = requireClient(ctx)
  if (!may(actor, redeemGiftCard)) throw Forbidden({ permission: redeemGiftCard.permission })
  const { t } = ctx.state
  const view = {
    tabs: invoiceTabs(t, 'credit'),
    values: { code: '', ...problem?.values },
    ...{ keys: formKeys(), errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
  await page(ctx, 'portal/gift-card', view, { title: t('offers.gift_card.redeem_title') })
}

async function takeCode(ctx: RouteCtx): Promise<void> {
  const { actor, client } = requireClient(ctx)
  const { deps, t, locale } = ctx.state
  await tryForm(ctx, {
    shown: [409, 422],
    redraw: (problem) => drawForm(ctx, problem),
    async act() {
      const card = await redeemGiftCard(deps, { client_id: client.id, code: field(ctx, 'code') }, actor)
      const amount = formatMoney(money(card.amountMinor, card.currency), locale)
      flash(ctx, { tone: 'good', text: t('offers.gift_card.redeemed', { amount }) })
      seeOther(ctx, '/portal/credit')
    },
  })
}
