import type { TestMeans } from '../../support/means.ts'
import type { WorldIds } from '../admin/fill-desk.ts'

/** One record of each kind about credit, dunning, banks and gateways. */
export async function makePaymentRows(means: TestMeans, ids: WorldIds & { payment: string }) {
  const { db } = means
  const now = means.business.now()
  const of = { brand_id: ids.brand, client_id: ids.client, currency: 'EUR' }
  await db.insert('dunning_cases', [
    {
      ...{ ...of, invoice_id: ids.overdue, payment_id: ids.payment, failed_minor: 4_760n },
      ...{ decline_class: 'soft', decline_code: 'insufficient_funds' },
      ...{ month: '2026-01', failed_at: now, window_ends_at: null },
    },
  ])
  const creditGrant = means.newId('crg')
  await db.insert('credit_grants', [
    {
      ...{ ...of, id: creditGrant, origin: 'promotional', amount_minor: 500n, priority: 100 },
      ...{ expires_on: '2026-12-01', reason: 'Spring', created_at: now, updated_at: now },
    },
  ])
  await db.insert('credit_top_ups', [
    {
      ...{ ...of, threshold_minor: 500n, amount_minor: 2_000n, consent_at: now },
      ...{ created_at: now, updated_at: now },
    },
  ])
  const [bankAccount, bankLine] = [means.newId('bka'), means.newId('bkl')]
  await db.insert('bank_accounts', [
    {
      ...{ id: bankAccount, brand_id: ids.brand, name: 'Giro', currency: 'EUR', books_sure: 0 },
      ...{ created_at: now, updated_at: now },
    },
  ])
  await db.insert('bank_lines', [
    {
      ...{ id: bankLine, account_id: bankAccount, brand_id: ids.brand, line_key: 'first', file_sha256: 'x' },
      ...{ booked_on: '2026-01-14', amount_minor: 1n, currency: 'EUR', text: 'Thanks', name: 'Ada Quay' },
      ...{ status: 'open', created_at: now, updated_at: now },
    },
  ])
  await db.insert('authorisations', [
    {
      ...{
        ...of,
        id: means.newId('ath'),
        payment_id: ids.payment,
        invoice_id: ids.overdue,
        status: 'lapsed',
      },
      ...{ mode: 'by_hand', amount_minor: 4_760n, expires_at: now, created_at: now, updated_at: now },
    },
  ])
  const plan = means.newId('ipl')
  await db.insert('instalment_plans', [
    {
      ...{ ...of, id: plan, invoice_id: ids.overdue, status: 'ended', covers_minor: 4_760n, base_minor: 0n },
      ...{ every: '1m', reason: 'Paid at once', created_at: now, updated_at: now },
    },
  ])
  await db.insert('instalments', [
    {
      ...{ plan_id: plan, position: 1, invoice_id: ids.overdue, due_on: '2026-01-20' },
      ...{ amount_minor: 4_760n, through_minor: 4_760n },
    },
  ])
  const [payout, movement, agreement] = [means.newId('pyo'), means.newId('gmv'), means.newId('agr')]
  const there = { instance_id: ids.instance, brand_id: ids.brand, currency: 'EUR' }
  const dates = { created_at: now, updated_at: now }
  await db.insert('payouts', [
    {
      ...{ ...there, ...dates, id: payout, reference: 'po_1', status: 'arrived', arrives_on: '2026-01-17' },
      ...{ amount_minor: 1_150n, fee_minor: 0n, itemised: 1 },
    },
  ])
  await db.insert('gateway_movements', [
    {
      ...{ ...there, ...dates, id: movement, reference: 'txn_1', kind: 'payment', status: 'booked' },
      ...{ amount_minor: 1_190n, fee_minor: 40n, moved_on: '2026-01-15', payout_id: payout },
      payment_id: ids.payment,
    },
  ])
  await db.insert('agreements', [
    {
      ...{ ...there, ...dates, id: agreement, reference: 'sub_1', status: 'live', label: 'Old plan' },
      ...{ email: 'ada@client.example', amount_minor: 990n, cycle: '1m', next_on: '2026-02-15' },
    },
  ])
  await db.insert('gateway_balances', [
    {
      ...{ instance_id: ids.instance, kind: 'available', currency: 'EUR', amount_minor: 500n },
      read_at: now,
    },
  ])
  await db.insert('gateway_readings', [
    { instance_id: ids.instance, operation: 'fee_report', read_at: now, problem: 'It did not answer.' },
  ])
  return { creditGrant, bankAccount, bankLine, payout, movement, agreement }
}
