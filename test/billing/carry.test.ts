import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billDay,
  createBillable,
  getInvoice,
  issueCarried,
  overrideSetting,
  previewBilling,
  previewCarried,
  verifyBooks,
  voidInvoice,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { carrySum, makeBuyer } from './support.ts'

for (const engine of engines)
  describe(`sums below the smallest invoice (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const deps = billingDeps(means)
    const staff = staffActor()
    const { brand } = await makeBuyer(means)
    // 5.99 net a month are 7.13 with tax.
    await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-01-20' })
    const client = (await db.get<{ id: string }>(sql`select id from clients where name = 'Client 0'`))!
    const set = (key: string, scope: string, scope_id: string, value: unknown) =>
      overrideSetting(means, { key, scope, scope_id, value }, staff)
    await set('billing.invoice_minimum', 'client', client.id, { EUR: '15' })
    await set('billing.suspend_after', 'client', client.id, 120)
    await set('billing.terminate_after', 'client', client.id, 365)
    const bill = (on: string) => {
      means.business.set(`${on}T06:00:00.000Z`)
      return billDay(deps, isoDate(on))
    }
    const clean = async (on: string) => assert.deepEqual(await verifyBooks(db, isoDate(on)), [])
    const rows = () =>
      db.all<{ id: string; total_minor: bigint; issued_on: string }>(
        sql`select id, total_minor, issued_on from invoices where client_id = ${client.id} order by id`,
      )
    const count = async (statement: ReturnType<typeof sql>) => (await db.get<{ n: number }>(statement))!.n
    const waiting = () => count(sql`select count(*) as n from carried_lines where placed = 0`)
    const charges = () => count(sql`select count(*) as n from charges where client_id = ${client.id}`)

    test('are charged and wait for the next document, each period once, however often a day is run', async () => {
      await bill('2026-01-15')
      await Promise.all([bill('2026-01-15'), bill('2026-01-15')])
      assert.deepEqual([await rows(), await waiting(), await charges()], [[], 1, 1])
      await bill('2026-02-15')
      assert.deepEqual([await rows(), await waiting(), await charges()], [[], 2, 2])
      await clean('2026-02-15')
      const preview = await previewBilling(means, deps, { today: isoDate('2026-02-15'), days: 31 })
      assert.deepEqual(
        preview.invoices.map((one) => [one.issuesOn, one.netMinor, one.lines.length]),
        [['2026-03-13', 1_797n, 3]],
      )
      await bill('2026-03-15')
      const [made, more] = await rows()
      assert.deepEqual([made!.total_minor, more, await waiting(), await charges()], [2_138n, undefined, 0, 3])
      const invoice = await getInvoice(db, made!.id, staff)
      assert.deepEqual(invoice.lines.map((line) => line.period_start).sort(), [
        '2026-01-20',
        '2026-02-20',
        '2026-03-20',
      ])
      await clean('2026-03-15')
    })

    test('go on any document that is large enough, and free their charges when it is declared void', async () => {
      await bill('2026-04-15')
      assert.equal(await waiting(), 1)
      await createBillable(
        means,
        {
          ...{ client_id: client.id, name: 'Help', timing: 'day', on: '2026-04-25' },
          lines: [
            {
              description: 'Help',
              basis: 'amount',
              quantity: '1',
              unit_minor: '1000',
              tax_class: 'standard',
            },
          ],
        },
        staff,
      )
      await bill('2026-04-20')
      const made = (await rows()).at(-1)!
      assert.deepEqual([made.total_minor, await waiting()], [1_903n, 0])
      await clean('2026-04-20')
      await voidInvoice(means, { invoice_id: made.id, reason: 'Wrong' }, staff)
      assert.equal(
        await count(
          sql`select count(*) as n from invoice_lines where live_charge_id is not null and invoice_id = ${made.id}`,
        ),
        0,
      )
      await clean('2026-04-20')
    })

    test('are invoiced by themselves when they have waited long enough', async () => {
      await bill('2026-05-15')
      assert.equal(await waiting(), 1)
      await db.run(sql`update services set next_period_on = '2030-01-20' where client_id = ${client.id}`)
      await bill('2026-11-08')
      assert.equal(await waiting(), 1)
      await bill('2026-11-09')
      const made = (await rows()).at(-1)!
      assert.deepEqual([made.total_minor, await waiting()], [713n, 0])
      await clean('2026-11-09')
    })

    test('are invoiced when staff say so, at the sum that was shown, each once', async () => {
      const now = (actor = staff) => issueCarried(means, { client_id: client.id }, actor)
      await assert.rejects(now(), { code: 'invoice.nothing_carried' })
      assert.deepEqual(await previewCarried(means, client.id), [])
      means.business.set('2026-11-15T06:00:00.000Z')
      await carrySum(means, { ...client, brand_id: brand.id, currency: 'EUR' })
      const before = await charges()
      assert.equal(await waiting(), 1)
      means.business.set('2026-11-25T06:00:00.000Z')
      const [shown, other] = await previewCarried(means, client.id)
      assert.deepEqual([shown!.totalMinor, shown!.draft.dueOn, other], [714n, '2026-11-25', undefined])
      const elsewhere = { ...staff, brandIds: ['brd_other'] }
      await assert.rejects(now(elsewhere), { code: 'record.not_found' })
      const outcomes = await Promise.allSettled([now(), now()])
      const [made] = outcomes.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
      assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      assert.deepEqual([made!.total_minor, made!.due_on, made!.origin], [714n, '2026-11-25', 'renewal'])
      assert.deepEqual([await waiting(), await charges()], [0, before])
      await bill('2026-11-25')
      assert.equal((await rows()).at(-1)!.id, made!.id)
      await clean('2026-11-25')
    })
  })
