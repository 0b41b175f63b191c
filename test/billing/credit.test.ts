import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billDay,
  chooseCreditUse,
  creditBalance,
  clientCredit,
  getInvoice,
  grantCredit,
  keepMethod,
  recordPayment,
  refundPayment,
  revokeCredit,
  setTopUp,
  stopTopUp,
  topUpCredit,
  useCredit,
  verifyBooks,
  voidInvoice,
  type Payments,
  type PluginCalls,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, isoDate, type IsoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

for (const engine of engines) {
  describe(`credit (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const deps = billingDeps(means)
    const staff = staffActor()
    const gateway = await makeGateway(means)
    const using = (plugins: PluginCalls = scriptedGateway([])): Payments => ({ ...means, plugins })
    let brand: Awaited<ReturnType<typeof makeBuyer>>['brand']
    let client: Awaited<ReturnType<typeof makeClient>>
    let references = 0

    beforeEach(async () => {
      means.business.set('2026-01-15T10:00:00.000Z')
      means.jobs.entered.length = 0
      ;({ brand, client } = await makeBuyer(means))
    })

    const give = (minor: number, more: object = {}) =>
      grantCredit(
        means,
        {
          client_id: client.id,
          amount_minor: String(minor),
          origin: 'promotional',
          reason: 'Spring',
          ...more,
        },
        staff,
      )
    /** Money on a document that is paid already is the client's credit. */
    const payIn = async (minor: number) => {
      const { id } = await issue(means, draft(client, { amounts: [0n] }))
      const reference = `IN-${++references}`
      return recordPayment(using(), { invoice_id: id, amount_minor: String(minor), reference }, staff)
    }
    const invoice = async (net: bigint) => (await issue(means, draft(client, { amounts: [net] }))).id
    const left = async () => {
      const { grants, paidMinor } = await clientCredit(db, client.id, 'EUR')
      return [grants.map(({ leftMinor }) => leftMinor), paidMinor]
    }
    const bill = async (on: IsoDate) => {
      means.business.set(`${on}T06:00:00.000Z`)
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await billDay(deps, on)
    }
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])

    test('is used by a new document: what we gave before what was paid in, part by part', async () => {
      await payIn(1_000)
      await give(500)
      const one = await getInvoice(db, await invoice(200n), actor)
      assert.deepEqual([one.status, one.allocated_minor], ['paid', 238n])
      assert.deepEqual(await left(), [[262n], 1_000n])
      const two = await getInvoice(db, await invoice(1_000n), actor)
      assert.deepEqual([two.status, two.allocated_minor], ['paid', 1_190n])
      assert.deepEqual(await left(), [[], 72n])
      await clean()
    })

    test('ends on its day, once, and an expense that was not used is none', async () => {
      await give(500, { expires_on: '2026-02-01' })
      await invoice(100n)
      await bill(isoDate('2026-01-31'))
      assert.equal(await creditBalance(db, client.id, 'EUR'), 381n)
      await bill(isoDate('2026-02-01'))
      await bill(isoDate('2026-02-01'))
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      const expense = await db.get<{ sum_minor: bigint }>(sql`
        select sum(p.amount_minor) as sum_minor from postings p join journals j on j.id = p.journal_id
        where p.account = 'promotions' and (j.source_id in (select id from credit_grants where client_id = ${client.id})
          or j.source_id in (select u.id from credit_uses u join credit_grants g on g.id = u.grant_id where g.client_id = ${client.id}))`)
      assert.equal(expense?.sum_minor, 119n, 'what was used')
      const events = await db.all<{ type: string }>(
        sql`select type from events where client_id = ${client.id} and type like 'credit.%' order by id`,
      )
      assert.deepEqual(
        events.map(({ type }) => type),
        ['credit.granted', 'credit.expired'],
      )
      await clean()
    })

    test('what has ended is not used, even before it is booked out', async () => {
      await give(500, { expires_on: '2026-01-16' })
      means.business.set('2026-01-16T10:00:00.000Z')
      assert.equal((await getInvoice(db, await invoice(100n), actor)).allocated_minor, 0n)
      await clean()
    })

    test('refuses a day that has come and what is nothing', async () => {
      await assert.rejects(give(500, { expires_on: '2026-01-15' }), { code: 'input.invalid' })
      await assert.rejects(give(0), { code: 'input.invalid' })
      await assert.rejects(give(5, { reason: '' }), { code: 'input.invalid' })
      await assert.rejects(
        grantCredit(
          means,
          { client_id: client.id, amount_minor: '5', origin: 'goodwill', reason: 'x' },
          clientActor(client.id),
        ),
        { code: 'actor.forbidden' },
      )
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
    })

    test('goes back to where it came from when its document is void', async () => {
      await payIn(100)
      const grant = await give(100)
      const id = await invoice(300n)
      assert.deepEqual(await left(), [[], 0n])
      await voidInvoice(means, { invoice_id: id, reason: 'Wrong' }, staff)
      assert.deepEqual(await left(), [[100n], 100n])
      await revokeCredit(means, { grant_id: grant.id, reason: 'Misused' }, staff)
      await assert.rejects(revokeCredit(means, { grant_id: grant.id, reason: 'Again' }, staff), {
        code: 'credit.spent',
      })
      assert.deepEqual(await left(), [[], 100n])
      await clean()
    })

    test('what we gave is never paid out', async () => {
      const payment = await payIn(300)
      await give(1_000)
      const refund = (amount: string) =>
        refundPayment(
          using(),
          {
            ...{ payment_id: payment.id, amount_minor: amount, destination: 'recorded', from: 'credit' },
            ...{ reason: 'Sent by hand', reference: `OUT-${++references}` },
          },
          staff,
        )
      await refund('200')
      await assert.rejects(refund('101'), { code: 'refund.too_large' })
      await invoice(1_000n)
      assert.deepEqual(
        await left(),
        [[], 0n],
        'the grant, then a hundred that were left, and ninety are owed',
      )
      await assert.rejects(refund('1'), { code: 'refund.too_large' })
      await clean()
    })

    test('a client who wants to choose uses it on the documents it names, as much as it says', async () => {
      await payIn(1_000)
      const owner = clientActor(client.id)
      await chooseCreditUse(means, { client_id: client.id, always: false }, owner)
      const id = await invoice(500n)
      assert.equal((await getInvoice(db, id, actor)).allocated_minor, 0n)
      await useCredit(means, { invoice_id: id, amount_minor: '100' }, owner)
      assert.equal((await getInvoice(db, id, actor)).allocated_minor, 100n)
      await useCredit(means, { invoice_id: id }, owner)
      assert.equal((await getInvoice(db, id, actor)).status, 'paid')
      const zero = await getInvoice(db, await invoice(0n), actor)
      assert.equal(zero.status, 'paid', 'a document of nothing is paid all the same')
      await chooseCreditUse(means, { client_id: client.id, always: true }, owner)
      assert.equal((await getInvoice(db, await invoice(100n), actor)).status, 'paid')
      const other = await makeClient(means, { brand_id: brand.id })
      await assert.rejects(chooseCreditUse(means, { client_id: other.id, always: false }, owner), {
        code: 'record.not_found',
      })
      await clean()
    })

    test('documents that take it at the same time never take it twice', async () => {
      await chooseCreditUse(means, { client_id: client.id, always: false }, staff)
      await payIn(700)
      await give(500)
      const ids: string[] = []
      for (let n = 0; n < 8; n++) ids.push(await invoice(400n))
      await Promise.all(ids.map((id) => useCredit(means, { invoice_id: id }, staff)))
      assert.deepEqual(await left(), [[], 0n])
      const sum = await db.get<{ sum_minor: bigint }>(
        sql`select sum(amount_minor) as sum_minor from allocations where client_id = ${client.id} and kind = 'credit'`,
      )
      assert.equal(sum?.sum_minor, 1_200n)
      await clean()
    })

    test('whatever is given, paid in, used, ended and taken back: never below zero, and the books agree', async () => {
      const act = fc.oneof(
        fc.record({
          do: fc.constant('give' as const),
          minor: fc.integer({ min: 1, max: 900 }),
          days: fc.integer({ min: 1, max: 9 }),
          priority: fc.integer({ min: 1, max: 200 }),
        }),
        fc.record({ do: fc.constant('pay' as const), minor: fc.integer({ min: 1, max: 900 }) }),
        fc.record({ do: fc.constant('invoice' as const), minor: fc.integer({ min: 1, max: 900 }) }),
        fc.record({
          do: fc.constantFrom('void' as const, 'revoke' as const, 'day' as const),
          nth: fc.nat(9),
        }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 18 }), async (acts) => {
          means.business.set('2026-01-15T10:00:00.000Z')
          ;({ brand, client } = await makeBuyer(means))
          let on = isoDate('2026-01-15')
          const grants: string[] = []
          const invoices: string[] = []
          for (const one of acts) {
            if (one.do === 'give')
              grants.push(
                (await give(one.minor, { expires_on: addDays(on, one.days), priority: one.priority })).id,
              )
            if (one.do === 'pay') await payIn(one.minor)
            if (one.do === 'invoice') invoices.push(await invoice(BigInt(one.minor)))
            if (one.do === 'void' && invoices[one.nth])
              await voidInvoice(means, { invoice_id: invoices[one.nth], reason: 'x' }, staff).catch(refused)
            if (one.do === 'revoke' && grants[one.nth])
              await revokeCredit(means, { grant_id: grants[one.nth], reason: 'x' }, staff).catch(refused)
            if (one.do === 'day') await bill((on = addDays(on, 1)))
            const { grants: open, paidMinor } = await clientCredit(db, client.id, 'EUR')
            assert.ok(paidMinor >= 0n, `paid in ${paidMinor}`)
            assert.ok(open.every(({ leftMinor }) => leftMinor > 0n))
          }
        }),
        { numRuns: engine === 'sqlite' ? 25 : 5 },
      )
      await clean()
    })

    const refused = (error: unknown) =>
      assert.match((error as { code: string }).code, /^(credit\.spent|state\.illegal)$/)

    describe('that refills itself', () => {
      const rules = { threshold_minor: '1000', amount_minor: '2000' }
      const saveCard = () =>
        db.transaction((trx) =>
          keepMethod(means, trx, {
            ...{ clientId: client.id, instanceId: gateway.id },
            method: { reference: `pm_${client.id}`, kind: 'card', label: 'Visa' },
          }),
        )
      const jobs = () =>
        (means.jobs.of('billing.top_up') as { client_id: string; on: IsoDate }[]).filter(
          (job) => job.client_id === client.id,
        )
      const said = (outcome: object) => scriptedGateway([outcome])
      const state = () =>
        db.get<{ failures: number; paused: number }>(
          sql`select failures, case when paused_at is null then 0 else 1 end as paused from credit_top_ups where client_id = ${client.id}`,
        )

      test('below the threshold, once a day, and not while money is on its way', async () => {
        await saveCard()
        await setTopUp(means, { client_id: client.id, ...rules }, clientActor(client.id))
        await bill(isoDate('2026-01-16'))
        await bill(isoDate('2026-01-16'))
        assert.equal(jobs().length, 1)
        const waits = said({ outcome: 'pending', reference: `p_${client.id}` })
        await topUpCredit(using(waits), jobs()[0]!)
        await topUpCredit(using(), jobs()[0]!)
        assert.deepEqual(
          [waits.asked[0]!.operation, waits.asked[0]!.input.idempotency_key],
          ['charge_method', `top_up/${client.id}/2026-01-16`],
        )
        await bill(isoDate('2026-01-17'))
        assert.equal(jobs().length, 1, 'the first one is still on its way')
        await db.run(sql`update payments set status = 'failed' where client_id = ${client.id}`)
        await bill(isoDate('2026-01-18'))
        const paid = {
          outcome: 'succeeded',
          reference: `s_${client.id}`,
          amount: { minor: '2000', currency: 'EUR' },
        }
        await topUpCredit(using(said(paid)), jobs()[1]!)
        assert.deepEqual(await left(), [[], 2_000n])
        await bill(isoDate('2026-01-19'))
        assert.equal(jobs().length, 2, 'there is enough')
        await clean()
      })

      test('stops after three declines, or at once when the method is done for, until it is started again', async () => {
        await saveCard()
        await setTopUp(means, { client_id: client.id, ...rules }, staff)
        const no = (retry: string) => said({ outcome: 'declined', code: 'c', message: 'No', retry })
        for (const day of ['16', '17', '18', '19']) await bill(isoDate(`2026-01-${day}`))
        for (const job of jobs().slice(0, 3)) await topUpCredit(using(no('later')), job)
        assert.deepEqual(await state(), { failures: 3, paused: 1 })
        await topUpCredit(using(), jobs()[3]!)
        await setTopUp(means, { client_id: client.id, ...rules }, staff)
        await bill(isoDate('2026-01-20'))
        await topUpCredit(using(no('new_method')), jobs().at(-1)!)
        assert.deepEqual(await state(), { failures: 1, paused: 1 })
        await bill(isoDate('2026-01-21'))
        await stopTopUp(means, { client_id: client.id }, staff)
        assert.equal(await state(), undefined)
        await clean()
      })

      test('takes no more than one deposit may be, and nothing without consent of its own client', async () => {
        const much = { client_id: client.id, threshold_minor: '1000', amount_minor: '99999999' }
        await assert.rejects(setTopUp(means, much, staff), { code: 'payment.amount_out_of_range' })
        const other = await makeClient(means, { brand_id: brand.id })
        await assert.rejects(setTopUp(means, { client_id: client.id, ...rules }, clientActor(other.id)), {
          code: 'record.not_found',
        })
      })
    })
  })
}
