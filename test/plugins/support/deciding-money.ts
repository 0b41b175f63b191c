import {
  createBillable,
  grantCredit,
  instalmentOffer,
  issueGiftCard,
  useCreditAlways,
} from '../../../core/billing/index.ts'
import { staffActor } from '../../support/make.ts'
import { draft, issue, makeBuyer } from '../../billing/support.ts'
import { beside, on, reason, REASON, type Decisions, type Ground, type Prepare } from './deciding.ts'

const staff = staffActor()
const credit = { amount_minor: '500', origin: 'goodwill', priority: 500, reason: REASON } as const

const buyer = async ({ means }: Ground) => (await makeBuyer(means)).client
const ofBuyer =
  (input: object): Prepare =>
  async (ground) => ({ input: { client_id: (await buyer(ground)).id, ...input } })

/** A document of a client that waits for its money. */
const ofOpen =
  (input: object): Prepare =>
  async (ground) => ({
    input: { invoice_id: (await issue(ground.means, draft(await buyer(ground)))).id, ...input },
  })

const line = {
  description: 'Work',
  basis: 'amount',
  quantity: '1',
  unit_minor: '500',
  tax_class: 'standard',
} as const
const billable = { name: 'Cabling', timing: 'next' as const, lines: [line] }
const card = { currency: 'EUR', amount_minor: '500' }
const parts = { parts: 2, first_on: '2026-01-20', every: '1m' }
const offer = { minimum: { EUR: '1' }, parts: 3, every: '1m', fee_percent: '', tax_class: 'standard' }
const setting = (key: string, value: unknown) => ({
  ...{ scope: 'installation', scope_id: '', key },
  value: JSON.stringify(value),
})
const ofClient = { key: useCreditAlways.key, scope: 'client', scope_id: 'cli_a' }
const terms = (prepare: Prepare) => ({ 'client.change_terms:check': prepare })

/** About credit, gift cards, what is agreed with a client and what it is to be charged for. */
export const decisionsOnMoney: Decisions = {
  'credit.grant': { 'credit.grant:check': ofBuyer(credit) },
  'credit.revoke': {
    'credit.revoke:check': async (ground) => {
      const wish = { client_id: (await buyer(ground)).id, ...credit }
      return { input: { grant_id: (await grantCredit(ground.means, wish, staff)).id, ...reason } }
    },
  },
  'gift_card.issue': {
    'gift_card.issue:check': async ({ means }) => ({
      input: { brand_id: (await makeBuyer(means)).brand.id, ...card },
    }),
  },
  'gift_card.redeem': {
    'gift_card.redeem:check': async ({ means }) => {
      const { brand, client } = await makeBuyer(means)
      const { code } = await issueGiftCard(means, { brand_id: brand.id, ...card }, staff)
      return { input: { client_id: client.id, code } }
    },
  },
  'gift_card.void': {
    'gift_card.void:check': on('gift_cards', { status: 'active' }, { id: 'x', ...reason }),
  },
  'instalment_plan.agree': { 'instalment_plan.agree:check': ofOpen(parts) },
  'instalment_plan.take': {
    'instalment_plan.agree:check': beside('settings', setting(instalmentOffer.key, offer), ofOpen({})),
  },
  'billable_item.create': { 'billable_item.create:check': ofBuyer(billable) },
  'billable_item.stop': {
    'billable_item.stop:check': async (ground) => {
      const wish = { client_id: (await buyer(ground)).id, ...billable }
      return { input: { item_id: await createBillable(ground.means, wish, staff), ...reason } }
    },
  },
  'client.change_terms': terms(ofBuyer({ values: { [useCreditAlways.key]: false } })),
  'setting.override': terms(() => Promise.resolve({ input: { ...ofClient, value: false } })),
  'setting.inherit': terms(
    beside('settings', { ...ofClient, value: 'false' }, () => Promise.resolve({ input: ofClient })),
  ),
  'ledger_month.close': {
    'ledger_month.close:check': () => Promise.resolve({ input: { brand_id: 'brd_a', month: '2025-12' } }),
  },
  'ledger_month.reopen': {
    'ledger_month.reopen:check': on(
      'ledger_months',
      { status: 'closed', month: '2025-12' },
      { ledger_month_id: 'x', ...reason },
    ),
  },
}
