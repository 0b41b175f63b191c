import { bookRefund, recordPayment, saveBankAccount, type PaymentRow } from '../../../core/billing/index.ts'
import { sql, type Row } from '../../../core/db/index.ts'
import { staffActor } from '../../support/make.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../../billing/support.ts'
import { beside, of, on, reason, type Decisions, type Ground, type Prepare } from './deciding.ts'

const staff = staffActor()
const bankLine = of('bank_lines', 'line')

/** A document of 11.90 that a gateway's payment paid. */
async function paid({ means }: Ground) {
  const { client, brand } = await makeBuyer(means)
  const { id: invoice_id } = await issue(means, draft(client))
  const gateway = await makeGateway(means)
  const money = { invoice_id, instance_id: gateway.id, amount_minor: '1190', reference: 'CARD-1' }
  const payment: PaymentRow = await recordPayment({ ...means, plugins: scriptedGateway([]) }, money, staff)
  return { client, brand, invoice_id, gateway, payment }
}

/** The gateway tells of a refund that it made by itself. */
const refundedThere: Prepare = async (ground) => {
  const { means } = ground
  const { gateway, payment, invoice_id } = await paid(ground)
  const told = {
    ...{ instanceId: gateway.id, refundId: undefined, paymentId: payment.id, paymentReference: 'CARD-1' },
    ...{ amountMinor: 500n, occurredAt: undefined },
    result: { outcome: 'succeeded' as const, reference: 're_1' },
  }
  await means.db.transaction((trx) => bookRefund(means, trx, told, staff))
  const refund = await means.db.get<{ id: string }>(sql`select id from refunds`)
  return { input: { refund_id: refund!.id, parts: [{ invoice_id, amount_minor: '500', credit_note: {} }] } }
}

/** An open document of a client whose card is saved. */
async function withCard({ means }: Ground) {
  const { client } = await makeBuyer(means)
  const gateway = await makeGateway(means)
  const now = means.business.now()
  const card = { id: 'mth_a', client_id: client.id, instance_id: gateway.id, reference: 'pm_1', kind: 'card' }
  const since = { preferred: 1, consent_at: now, created_at: now, updated_at: now }
  await means.db.insert('payment_methods', [{ ...card, label: 'Visa 4242', ...since }])
  return (await issue(means, draft(client))).id
}

const reserved = (input: object): Prepare =>
  beside(
    'payments',
    { id: 'pay', status: 'authorised' },
    on(
      'authorisations',
      { status: 'held', payment_id: 'pay', amount_minor: 5n },
      { payment_id: 'pay', ...input },
    ),
  )

/** A bank's line that a payment was booked by. */
const booked: Prepare = async (ground) => {
  const { payment, invoice_id } = await paid(ground)
  const use = { line_id: 'x', payment_id: payment.id, invoice_id, amount_minor: 1_190n, undone_at: null }
  return beside('bank_line_uses', use, bankLine('booked'))(ground)
}

const mapping = { delimiter: ';', skip: 0, day: 'd', day_format: 'YYYY-MM-DD', amount: 'a', decimal: '.' }

/** What is refused of a file waits for staff like any other line. */
const importing: Prepare = async ({ means }) => {
  const { client } = await makeBuyer(means)
  const gateway = await makeGateway(means)
  const { number } = await issue(means, draft(client))
  const account = {
    ...{ brand_id: client.brand_id, instance_id: gateway.id, name: 'Bank', currency: 'EUR' },
    ...{ iban: 'DE89370400440532013000', books_sure: true, tolerance_minor: '0' },
    csv_mapping: { ...mapping, text: 't', name: 'n', currency: 'c' },
  }
  const content = `d;a;t;n;c\n2026-01-15;11.90;${number};Ada;EUR`
  return {
    input: { account_id: await saveBankAccount(means, account, staff), format: 'csv', content },
    answers: { new: 1, known: 0, booked: 0 },
  }
}

const offering = (operation: string): Row => ({
  ...{ id: 'gateway', status: 'enabled' },
  manifest: JSON.stringify({ kinds: { gateway: [operation] } }),
})

export const decisionsOnPayments: Decisions = {
  'payment.refund': {
    'refund.create:check': async (ground) => {
      const { payment } = await paid(ground)
      return { input: { payment_id: payment.id, amount_minor: '1', destination: 'recorded', ...reason } }
    },
  },
  'refund.allot': { 'credit_note.issue:check': refundedThere },
  'payment.charge': {
    'payment.charge:check': async (ground) => ({ input: { invoice_id: await withCard(ground) } }),
  },
  'payment.charge_many': {
    'payment.charge:check': async (ground) => ({
      input: { invoice_ids: [await withCard(ground)], method_id: 'mth_a' },
    }),
  },
  'payment.capture': { 'authorisation.capture:check': reserved({}) },
  'payment.release': { 'authorisation.release:check': reserved(reason) },
  'agreement.cancel': {
    'agreement.end:check': beside(
      'plugins',
      offering('cancel_agreement'),
      beside(
        'plugin_instances',
        { id: 'plg_g', plugin_id: 'gateway', status: 'active' },
        on('agreements', { status: 'live', instance_id: 'plg_g' }, { agreement_id: 'x' }),
      ),
    ),
  },
  'dispute.submit_evidence': {
    'dispute.submit_evidence:check': async ({ means, plant }) => {
      const gateway = await makeGateway(means, ['start_payment', 'submit_evidence'])
      await plant('disputes', { id: 'x', status: 'open', instance_id: gateway.id })
      return { input: { dispute_id: 'x', fields: { text: 'Used since.' } } }
    },
  },
  'bank_line.book': {
    'bank_line.book:check': beside(
      'invoices',
      { id: 'inv', kind: 'invoice', status: 'issued' },
      on(
        'bank_lines',
        { status: 'open', amount_minor: 5n },
        { line_id: 'x', parts: [{ invoice_id: 'inv', amount_minor: '5' }] },
      ),
    ),
  },
  'bank_line.ignore': { 'bank_line.ignore:check': bankLine('open') },
  'bank_line.undo': { 'bank_line.undo:check': booked, 'payment.reverse:check': booked },
  'bank_line.import': { 'bank_line.book:check': importing },
  'payout.match': {
    'bank_line.book:check': beside(
      'payouts',
      { id: 'pot', status: 'sent', amount_minor: 5n, instance_id: 'plg_a' },
      on('bank_lines', { status: 'open', amount_minor: 5n }, { line_id: 'x', payout_id: 'pot' }),
    ),
  },
}
