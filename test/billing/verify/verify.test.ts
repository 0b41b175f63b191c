import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  agreeInstalments,
  billDay,
  closeMonth,
  creditInvoice,
  recordPayment,
  refundPayment,
  verifyBooks,
  voidInvoice,
  type Payments,
} from '../../../core/billing/index.ts'
import { checks } from '../../../core/billing/verify/checks.ts'
import { billingDeps } from '../../../core/app/wire/billing-area.ts'
import { sql } from '../../../core/db/index.ts'
import { addDays, isoDate } from '../../../core/kernel/index.ts'
import { exportLedger } from '../../../core/reports/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { makeServices } from '../make-services.ts'
import { actor, draft, issue, makeBuyer, scriptedGateway } from '../support.ts'
import { breaks } from './breaks.ts'
import { liftLocks, type Broken } from './broken.ts'

const today = isoDate('2026-02-20')

test('every check of the books has a case that breaks them', () => {
  const broken = new Set(breaks.map((one) => one.check))
  assert.deepEqual(
    checks.map(({ name }) => name).filter((name) => !broken.has(name)),
    [],
  )
})

for (const engine of engines)
  describe(`books that were broken (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let ids: Broken['ids']
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-10T10:00:00.000Z' })
      ids = await live(means)
    })
    after(() => database.remove())

    test('are sound before', async () => {
      assert.deepEqual(await verifyBooks(means.db, today), [])
    })

    for (const one of breaks.filter(({ only }) => only === undefined || only === engine))
      test(`${one.check}: found, and named by its id`, async () => {
        const undo = new Error('undo')
        await means.db
          .transaction(async (trx) => {
            await liftLocks(trx)
            const id = await one.break({ trx, ids, newId: (prefix) => means.newId(prefix) })
            const found = (await verifyBooks(trx, today)).filter(({ check }) => check === one.check)
            assert.ok(
              found.some((finding) => finding.id === id),
              `${id} among ${JSON.stringify(found)}`,
            )
            throw undo
          })
          .catch((error: unknown) => {
            if (error !== undo) throw error
          })
        assert.deepEqual(await verifyBooks(means.db, today), [])
      })
  })

/** A month that is closed and handed over, and one of each record in the month after it. */
async function live(means: TestMeans): Promise<Broken['ids']> {
  const { db } = means
  const payments: Payments = { ...means, plugins: scriptedGateway([]) }
  const { brand, client } = await makeBuyer(means)
  await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-01-20' })
  const deps = billingDeps(means)
  await db.insert(
    'settings',
    ['suspend_after', 'terminate_after'].map((key) => ({
      ...{ scope: 'installation', scope_id: '', key: `billing.${key}`, value: '120', version: 1 },
      ...{ updated_by: 'test', updated_at: means.business.now() },
    })),
  )
  const year = { periodStart: isoDate('2026-01-01'), periodEnd: isoDate('2027-01-01') }
  const yearly = draft(client, { amounts: [36_500n], dueOn: isoDate('2026-06-01') })
  const paid = await issue(means, { ...yearly, lines: yearly.lines.map((line) => ({ ...line, ...year })) })
  const pay = (invoice_id: string, amount_minor: string, reference: string) =>
    recordPayment(payments, { invoice_id, amount_minor, reference }, actor)
  await pay(paid.id, '43435', 'bank-1')
  for (let day = isoDate('2026-01-10'); day <= today; day = addDays(day, 1)) {
    means.business.set(`${day}T10:00:00.000Z`)
    await billDay(deps, day)
    if (day === '2026-02-02') await closeMonth(means, { brand_id: brand.id, month: '2026-01' }, actor)
  }
  const of = draft(client, { amounts: [1_000n], dueOn: isoDate('2026-06-01') })
  const [open, gone, credited, refunded] = [
    await issue(means, of),
    await issue(means, of),
    await issue(means, of),
    await issue(means, of),
  ]
  await voidInvoice(means, { invoice_id: gone.id, reason: 'x' }, actor)
  const note = await creditInvoice(means, { invoice_id: credited.id, reason: 'x' }, actor)
  const payment = await pay(refunded.id, '1190', 'bank-2')
  const goodwill = {
    payment_id: payment.id,
    amount_minor: '500',
    destination: 'recorded',
    reason: 'x',
    from: 'goodwill',
  }
  const refund = await refundPayment(payments, goodwill, actor)
  const handed = await exportLedger(
    means,
    { brand_id: brand.id, from: '2026-01-01', to: '2026-01-31' },
    actor,
  )
  const split = await issue(means, of)
  const terms = { parts: 3, first_on: '2026-03-01', every: '1m' }
  const plan = await agreeInstalments(means, { invoice_id: split.id, ...terms }, actor)
  const one = async (statement: ReturnType<typeof sql>) => (await db.get<{ id: string }>(statement))!.id
  return {
    ...{
      brand: brand.id,
      client: client.id,
      paid: paid.id,
      open: open.id,
      void: gone.id,
      credited: credited.id,
    },
    ...{ note: note.id, payment: payment.id, refund: refund.id, export: handed.id, plan: plan.id },
    service: await one(sql`select id from services where brand_id = ${brand.id}`),
    line: await one(sql`select id from invoice_lines where invoice_id = ${open.id}`),
    month: await one(sql`select id from ledger_months where brand_id = ${brand.id}`),
    series: await one(sql`select id from number_series where brand_id = ${brand.id} and kind = 'invoice'`),
  }
}
