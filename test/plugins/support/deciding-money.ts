import {
  agreeInstalments,
  changeClientTerms,
  chargeMethod,
  createBillable,
  grantCredit,
  issueGiftCard,
  redeemGiftCard,
  revokeCredit,
  stopBillable,
  submitEvidence,
  useCreditAlways,
} from '../../../core/billing/index.ts'
import { createCoupon } from '../../../core/catalog/index.ts'
import { changeClient } from '../../../core/clients/index.ts'
import { spareService } from '../../../core/services/index.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../../billing/support.ts'
import { before, REASON, type Decide, type Deciding } from './deciding.ts'

const buyer = async (shop: Deciding) => (await makeBuyer(before(shop))).client

const credit = { amount_minor: '500', origin: 'goodwill', priority: 500, reason: REASON } as const

const billable = (client_id: string) => ({
  ...{ client_id, name: 'Cabling', timing: 'next' as const },
  lines: [
    {
      description: 'Work',
      basis: 'amount',
      quantity: '1',
      unit_minor: '500',
      tax_class: 'standard',
    } as const,
  ],
})

/** One case for each decision about money, and about whom it is owed by, that moves no state. */
export const decisionsOnMoney: Readonly<Record<string, Decide>> = {
  'credit.grant:check': async (shop) =>
    grantCredit(shop.means, { client_id: (await buyer(shop)).id, ...credit }, shop.actor),
  'credit.revoke:check': async (shop) => {
    const { id } = await buyer(shop)
    const grant = await grantCredit(before(shop), { client_id: id, ...credit }, shop.actor)
    return revokeCredit(shop.means, { grant_id: grant.id, reason: REASON }, shop.actor)
  },
  'gift_card.issue:check': async (shop) => {
    const { brand } = await makeBuyer(before(shop))
    const card = { brand_id: brand.id, currency: 'EUR', amount_minor: '500' }
    return issueGiftCard(shop.means, card, shop.actor)
  },
  'gift_card.redeem:check': async (shop) => {
    const { brand, client } = await makeBuyer(before(shop))
    const card = { brand_id: brand.id, currency: 'EUR', amount_minor: '500' }
    const { code } = await issueGiftCard(before(shop), card, shop.actor)
    return redeemGiftCard(shop.means, { client_id: client.id, code }, shop.actor)
  },
  'instalment_plan.agree:check': async (shop) => {
    const { id } = await issue(before(shop), draft(await buyer(shop)))
    const terms = { parts: 2, first_on: '2026-01-20', every: '1m' } as const
    return agreeInstalments(shop.means, { invoice_id: id, ...terms }, shop.actor)
  },
  'billable_item.create:check': async (shop) =>
    createBillable(shop.means, billable((await buyer(shop)).id), shop.actor),
  'billable_item.stop:check': async (shop) => {
    const item_id = await createBillable(before(shop), billable((await buyer(shop)).id), shop.actor)
    return stopBillable(shop.means, { item_id, reason: REASON }, shop.actor)
  },
  'client.change:check': async (shop) =>
    changeClient(shop.means, { client_id: (await buyer(shop)).id, profile: { name: 'Eve' } }, shop.actor),
  'client.change_terms:check': async (shop) => {
    const values = { [useCreditAlways.key]: false }
    return changeClientTerms(shop.means, { client_id: (await buyer(shop)).id, values }, shop.actor)
  },
  'coupon.create:check': async (shop) => {
    const { brand } = await makeBuyer(before(shop))
    return createCoupon(shop.means, { brand_id: brand.id, code: 'TEN', percent: '10' }, shop.actor)
  },
  'payment.charge:check': async (shop) => {
    const means = before(shop)
    const client = await buyer(shop)
    const gateway = await makeGateway(means)
    const now = means.business.now()
    await means.db.insert('payment_methods', [
      {
        ...{ id: 'mth_a', client_id: client.id, instance_id: gateway.id, reference: 'pm_1', kind: 'card' },
        ...{ label: 'Visa 4242', preferred: 1, consent_at: now, created_at: now, updated_at: now },
      },
    ])
    const { id } = await issue(means, draft(client))
    const payments = { ...shop.means, plugins: scriptedGateway([]) }
    return chargeMethod(payments, { invoice_id: id }, shop.actor)
  },
  'dispute.submit_evidence:check': async (shop) => {
    const gateway = await makeGateway(before(shop), ['start_payment', 'submit_evidence'])
    await shop.plant('disputes', { id: 'x', status: 'open', instance_id: gateway.id })
    const payments = { ...shop.means, plugins: scriptedGateway([]) }
    return submitEvidence(payments, { dispute_id: 'x', fields: { text: 'Used since.' } }, shop.actor)
  },
  'service.spare:check': async ({ plant, means, actor }) => {
    const state = { billing_status: 'active', delivery_status: 'live', zone: 'UTC', parent_id: null }
    await plant('services', { id: 'svc', cycle: '1m', ...state })
    return spareService(means, { service_id: 'svc', until_on: '2026-02-01' }, actor)
  },
}
