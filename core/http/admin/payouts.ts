import { askDetails, matchPayout, readGatewaysNow } from '../../billing/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { linePage } from './views/bank-lines.ts'
import { paymentPage } from './views/payments.ts'
import { payoutList, payoutPage } from './views/payouts.ts'

export const payouts: Section = {
  pages: [
    { path: '/payouts', permission: 'payout.list', draw: payoutList },
    { path: '/payouts/:id', permission: 'payout.read', draw: payoutPage },
  ],
  acts: [
    { path: '/payouts/read', permission: 'payout.read_now', act: read },
    { path: '/bank-lines/:id/payout', permission: 'payout.match', again: linePage, act: match },
    { path: '/payments/:id/ask', permission: 'payment.ask_details', again: paymentPage, act: ask },
  ],
}

async function read({ means, actor, t }: Desk) {
  await readGatewaysNow(means, {}, actor)
  return { href: '/admin/payouts', message: t('payouts.reading') }
}

async function match({ means, actor, t }: Desk, { form, params }: Asked) {
  const input = { line_id: params.id, payout_id: textOf(form, 'payout_id') }
  await matchPayout(means, input, actor)
  return { href: `/admin/bank-lines/${params.id!}`, message: t('payouts.matched') }
}

async function ask({ means, actor, t }: Desk, { params }: Asked) {
  await askDetails(means, { payment_id: params.id }, actor)
  return { href: `/admin/payments/${params.id!}`, message: t('payouts.details.asked') }
}
