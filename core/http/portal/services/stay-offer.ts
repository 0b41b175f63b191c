import { money } from '../../../../sdk/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import { acceptStayOffer, findService, standingOffer, type StayOfferRow } from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { flash, formKeys, page, seeOther, tryForm } from '../../page/index.ts'

/** What the shop offers before the service is cancelled. */
export async function showStayOffer(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t, locale } = ctx.state
  const id = ctx.params.serviceId!
  const offer = await standingOffer(deps, id, actor)
  if (!offer) return seeOther(ctx, `/portal/services/${id}/cancel`)
  const service = await findService(deps.db, actor, { id, right: acceptStayOffer.permission })
  const href = `/portal/services/${id}`
  const view = {
    ...{ href, label: service.label, kind: offer.offer, text: offer.offer_text },
    renewals: offer.renewals,
    percent: offer.percent_ppm === null ? null : formatRate(offer.percent_ppm, locale),
    amount: offer.amount_minor === null ? null : money(offer.amount_minor, offer.currency!),
    nextOn: service.next_period_on,
    wish: { at: offer.wanted_at, reason: offer.reason_id, note: offer.note ?? '' },
    keys: formKeys(),
    declineKeys: formKeys(),
  }
  await page(ctx, 'portal/services/stay-offer', view, {
    title: t('portal.stay.title', { label: service.label }),
  })
}

/** Where an offer that is taken leads: to what the client still has to do for it. */
const NEXT: Readonly<Record<StayOfferRow['offer'], string>> = {
  ...{ discount: '', talk: '', cheaper: '/upgrade', pause: '/pause' },
}

export async function takeStayOffer(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  const id = ctx.params.serviceId!
  await tryForm(ctx, {
    redraw: (problem) => {
      for (const error of problem.errors) flash(ctx, { tone: 'bad', text: error.message })
      return Promise.resolve(seeOther(ctx, `/portal/services/${id}`))
    },
    async act() {
      const { offer } = await acceptStayOffer(deps, { service_id: id }, actor)
      flash(ctx, { tone: 'good', text: t(`portal.stay.done.${offer}`) })
      seeOther(ctx, `/portal/services/${id}${NEXT[offer]}`)
    },
  })
}
