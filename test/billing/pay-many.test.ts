import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  agreeInstalments,
  bookOutcome,
  chargeMany,
  creditBalance,
  getInvoice,
  handleWebhook,
  invoiceState,
  keepMethod,
  listInvoices,
  receiveWebhook,
  recordMany,
  recordPayment,
  refundedFlag,
  refundPayment,
  reversePayment,
  startMany,
  startPayment,
  verifyBooks,
  voidInvoice,
  writeOffInvoice,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const today = isoDate('2026-01-15')
const urls = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
const eur = (minor: string) => ({ minor, currency: 'EUR' })

for (const engine of engines)
  describe(`several invoices paid at once (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const gateway = await makeGateway(means)
    const { brand } = await makeBuyer(means)
    const using = (answers: object[]): Payments & { plugins: ReturnType<typeof scriptedGateway> } => ({
      ...means,
      plugins: scriptedGateway(answers),
    })
    const clean = async () => assert.deepEqual(await verifyBooks(db, today), [])
    /** Three open documents of 11.90, 23.80 and 5.95. */
    const debts = async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      const rows = []
      for (const [i, amount] of [1_000n, 2_000n, 500n].entries())
        rows.push(
          await issue(means, draft(client, { amounts: [amount], dueOn: isoDate(`2026-01-${20 + i}`) })),
        )
      return { client, owner: clientActor(client.id), ids: rows.map(({ id }) => id) }
    }
    const begin = async (debt: Awaited<ReturnType<typeof debts>>, answers: object[] = []) => {
      const payments = using([{ outcome: 'pending', reference: means.newId('req') }, ...answers])
      const wish = { invoice_ids: debt.ids, instance_id: gateway.id, ...urls }
      return { payments, payment: await startMany(payments, wish, debt.owner) }
    }
    const succeed = (paymentId: string, reference: string, minor: string) =>
      db.transaction((trx) =>
        bookOutcome(
          means,
          trx,
          { paymentId, outcome: { outcome: 'succeeded', reference, amount: eur(minor) } as never },
          actor,
        ),
      )
    const reverse = (paymentId: string) =>
      db.transaction((trx) => reversePayment(means, trx, { paymentId, reason: 'Of another client' }, staff))
    const states = async (ids: readonly string[]) => {
      const found = []
      for (const id of ids) {
        const { status, allocated_minor } = await getInvoice(db, id, staff)
        found.push([status, allocated_minor])
      }
      return found
    }

    test('a document under a plan is asked for its part, and money beyond what was asked pays the next ones', async () => {
      const debt = await debts()
      const [planned, other] = debt.ids as [string, string, string]
      const terms = { parts: 2, first_on: '2026-01-20', every: '1m' }
      // 11.90 in parts of 5.95.
      await agreeInstalments(means, { invoice_id: planned, ...terms }, staff)
      const { payment } = await begin({ ...debt, ids: [planned, other] })
      assert.equal(payment.amount_minor, 595n + 2_380n)
      await succeed(payment.id, `ch_${payment.id}`, '2975')
      assert.deepEqual(await states([planned, other]), [
        ['issued', 595n],
        ['paid', 2_380n],
      ])
      const third = await makeClient(means, { brand_id: brand.id })
      const more = [1_000n, 500n].map((minor) => issue(means, draft(third, { amounts: [minor] })))
      const [first, second] = (await Promise.all(more)).map(({ id }) => id) as [string, string]
      await agreeInstalments(means, { invoice_id: first, ...terms }, staff)
      const wish = { client: third, owner: clientActor(third.id), ids: [first, second] }
      const { payment: over } = await begin(wish)
      assert.equal(over.amount_minor, 595n + 595n)
      await succeed(over.id, `ch_${over.id}`, '1500')
      assert.deepEqual(await states([first, second]), [
        ['issued', 905n],
        ['paid', 595n],
      ])
      await clean()
    })

    test('with one payment that is applied to each, once, however often it is heard of', async () => {
      const debt = await debts()
      const { payments, payment } = await begin(debt)
      assert.deepEqual(payments.plugins.asked[0]!.input.amount, eur('4165'))
      assert.equal(payment.amount_minor, 4_165n)
      const event = { instanceId: gateway.id, headers: {}, body: '{}', address: '192.0.2.1' }
      const fact = {
        facts: [
          {
            fact: 'payment',
            payment_id: payment.id,
            result: { outcome: 'succeeded', reference: 'pi_many', amount: eur('4165'), fee: eur('120') },
          },
        ],
      }
      for (const eventKey of ['evt_a', 'evt_b']) {
        await receiveWebhook(means, event, { verdict: 'accepted', verified: true, eventKey })
        const row = await db.get<{ id: string }>(
          sql`select id from webhook_events where event_key = ${eventKey}`,
        )
        await handleWebhook(using([fact]), { id: row!.id })
        await handleWebhook(using([fact]), { id: row!.id })
      }
      assert.deepEqual(await states(debt.ids), [
        ['paid', 1_190n],
        ['paid', 2_380n],
        ['paid', 595n],
      ])
      const allocations = await db.all(sql`select id from allocations where payment_id = ${payment.id}`)
      assert.deepEqual([allocations.length, await creditBalance(db, debt.client.id, 'EUR')], [3, 0n])
      await clean()
    })

    test('that come back twice on a day are refused twice, whatever was paid and taken back of a plan between', async () => {
      const debt = await debts()
      const [planned] = debt.ids as [string]
      await agreeInstalments(
        means,
        { invoice_id: planned, parts: 2, first_on: '2026-01-20', every: '1m' },
        staff,
      )
      means.business.set('2026-01-25T10:00:00.000Z')
      const owedOn = async () =>
        (await db.get<{ owed_on: string }>(sql`select owed_on from invoices where id = ${planned}`))!.owed_on
      const decline = { outcome: 'declined', code: 'no_money', message: 'No money', retry: 'later' } as never
      const givesBack = async () => {
        const part = await recordPayment(
          using([]),
          { invoice_id: planned, amount_minor: '595', reference: means.newId('req') },
          staff,
        )
        assert.equal(await owedOn(), '2026-02-20')
        await reverse(part.id)
        assert.equal(await owedOn(), '2026-01-20')
      }
      for (let n = 0; n < 2; n++) {
        const { payment } = await begin({ ...debt, ids: [planned] })
        await db.transaction((trx) =>
          bookOutcome(means, trx, { paymentId: payment.id, outcome: decline }, actor),
        )
        assert.equal(await owedOn(), '2026-01-25')
        await givesBack()
      }
      means.business.set('2026-01-15T10:00:00.000Z')
      await clean()
    })

    test('in the order of their due days when less comes, and the rest stays open', async () => {
      const debt = await debts()
      const { payment } = await begin(debt)
      await succeed(payment.id, 'pi_less', '2000')
      assert.deepEqual(await states(debt.ids), [
        ['paid', 1_190n],
        ['issued', 810n],
        ['issued', 0n],
      ])
      await clean()
    })

    test('and what was declared void or paid meanwhile becomes credit', async () => {
      const debt = await debts()
      const { payment } = await begin(debt)
      await voidInvoice(means, { invoice_id: debt.ids[0], reason: 'Wrong' }, staff)
      await writeOffInvoice(means, { invoice_id: debt.ids[1], reason: 'Given up' }, staff)
      await succeed(payment.id, 'pi_void', '4165')
      await succeed(payment.id, 'pi_void', '4165')
      assert.deepEqual(await states(debt.ids), [
        ['void', 0n],
        ['paid', 2_380n],
        ['paid', 595n],
      ])
      assert.equal(await creditBalance(db, debt.client.id, 'EUR'), 1_190n)
      await clean()
    })

    test('never beside another attempt for one of them', async () => {
      const debt = await debts()
      await begin(debt)
      const wish = { invoice_ids: debt.ids.slice(1), instance_id: gateway.id, ...urls }
      await assert.rejects(startMany(using([]), wish, debt.owner), { code: 'payment.under_way' })
      const { client } = debt
      await db.transaction((trx) =>
        keepMethod(means, trx, {
          ...{ clientId: client.id, instanceId: gateway.id },
          method: { reference: means.newId('mth'), kind: 'card', label: 'Visa' } as never,
        }),
      )
      const method = await db.get<{ id: string }>(
        sql`select id from payment_methods where client_id = ${client.id}`,
      )
      const charge = { invoice_ids: debt.ids, method_id: method!.id }
      await assert.rejects(chargeMany(using([]), charge, debt.owner), { code: 'payment.under_way' })
      const alone = await debts()
      await startPayment(
        using([{ outcome: 'pending', reference: 'cs_alone' }]),
        { invoice_id: alone.ids[0], instance_id: gateway.id, ...urls },
        alone.owner,
      )
      await assert.rejects(begin(alone), { code: 'payment.under_way' })
    })

    test('with a saved method, the same form sent twice being one attempt', async () => {
      const debt = await debts()
      await db.transaction((trx) =>
        keepMethod(means, trx, {
          ...{ clientId: debt.client.id, instanceId: gateway.id },
          method: { reference: means.newId('mth'), kind: 'card', label: 'Visa' } as never,
        }),
      )
      const method = await db.get<{ id: string }>(
        sql`select id from payment_methods where client_id = ${debt.client.id}`,
      )
      const answer = { outcome: 'succeeded', reference: 'pi_saved', amount: eur('4165') }
      const payments = using([answer])
      const wish = { invoice_ids: debt.ids, method_id: method!.id, once: 'form-1' }
      const first = await chargeMany(payments, wish, debt.owner)
      const again = await chargeMany(payments, wish, debt.owner)
      assert.deepEqual([again.id, again.status, payments.plugins.asked.length], [first.id, 'succeeded', 1])
      assert.equal(
        (await states(debt.ids)).every(([status]) => status === 'paid'),
        true,
      )
      const strange = await debts()
      await assert.rejects(
        chargeMany(using([]), { invoice_ids: strange.ids, method_id: method!.id }, strange.owner),
        { code: 'method.none' },
      )
      assert.deepEqual(
        await db.all(sql`select payment_id from payment_documents where invoice_id = ${strange.ids[0]!}`),
        [],
      )
      await clean()
    })

    test('is taken back from each of them, and not once anything was built on it', async () => {
      const debt = await debts()
      const wish = { invoice_ids: debt.ids, amount_minor: '5000', reference: means.newId('req') }
      const { id } = await recordMany(using([]), wish, staff)
      await reverse(id)
      const open = debt.ids.map(() => ['issued', 0n])
      assert.deepEqual(await states(debt.ids), open)
      assert.equal(await creditBalance(db, debt.client.id, 'EUR'), 0n)
      await assert.rejects(reverse(id), { code: 'payment.not_reversible' })
      await clean()
      const again = await recordMany(using([]), { ...wish, reference: means.newId('req') }, staff)
      const back = { payment_id: again.id, invoice_id: debt.ids[0], amount_minor: '1', reason: 'Returned' }
      await refundPayment(using([]), { ...back, destination: 'recorded' }, staff)
      await assert.rejects(reverse(again.id), { code: 'payment.not_reversible' })
      await clean()
    })

    test('and all of them are refunded once all went back that was paid on them, not before', async () => {
      const debt = await debts()
      const wish = { invoice_ids: debt.ids, amount_minor: '5000', reference: means.newId('req') }
      const { id } = await recordMany(using([]), wish, staff)
      const shown = async () => {
        const { rows } = await listInvoices(means, { client_id: debt.client.id }, staff)
        const read = []
        for (const one of debt.ids) read.push(invoiceState(await getInvoice(db, one, staff), today))
        assert.deepEqual(rows.map((row) => invoiceState(row, today)).sort(), read.toSorted())
        const flags = await db.all<{ n: number }>(
          sql`select ${refundedFlag} as n from invoices i where i.client_id = ${debt.client.id} order by i.id`,
        )
        assert.deepEqual(
          flags.map(({ n }) => n === 1),
          read.map((state) => state === 'refunded'),
        )
        return read
      }
      const refund = (amount_minor: string, from: 'credit' | 'goodwill' = 'goodwill') =>
        refundPayment(
          using([]),
          { payment_id: id, amount_minor, destination: 'recorded', reason: 'Returned', from },
          staff,
        )
      const paid = ['paid', 'paid', 'paid']
      await refund('835', 'credit')
      assert.deepEqual(await shown(), paid)
      await refund('4164')
      assert.deepEqual(await shown(), paid)
      await refund('1')
      assert.deepEqual(await shown(), ['refunded', 'refunded', 'refunded'])
      await clean()
    })

    test('as staff saw it arrive, once for each reference', async () => {
      const debt = await debts()
      const wish = { invoice_ids: debt.ids, amount_minor: '5000', reference: 'BANK-77' }
      await recordMany(using([]), wish, staff)
      assert.equal(await creditBalance(db, debt.client.id, 'EUR'), 835n)
      const more = await debts()
      await assert.rejects(recordMany(using([]), { ...wish, invoice_ids: more.ids }, staff), {
        code: 'payment.already_booked',
      })
      assert.deepEqual(
        (await states(more.ids)).map(([status]) => status),
        ['issued', 'issued', 'issued'],
      )
      await assert.rejects(recordMany(using([]), wish, staff), { code: 'invoice.nothing_to_pay' })
      await clean()
    })

    test('but only one’s own, of one client', async () => {
      const [debt, other] = [await debts(), await debts()]
      const wish = { invoice_ids: [debt.ids[0], other.ids[0]], instance_id: gateway.id, ...urls }
      await assert.rejects(startMany(using([]), wish, debt.owner), { code: 'record.not_found' })
      await assert.rejects(startMany(using([]), wish, staff), { code: 'input.invalid' })
    })
  })
