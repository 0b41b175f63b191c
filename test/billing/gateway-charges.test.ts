import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import {
  billingConsumers,
  bookDispute,
  bookOutcome,
  chargeDueInvoice,
  chargeMethod,
  chargeOn,
  creditBalance,
  getInvoice,
  keepMethod,
  refundInvoice,
  refundPayment,
  reversePayment,
  setGatewayRules,
  shareOut,
  startDeposit,
  startMany,
  startPayment,
  verifyBooks,
  type GatewayRules,
  type LineCredit,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { deliverEvents } from '../../core/events/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, makeStaff, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const charge = (percent_ppm: number, fixed_minor: string, currency = 'EUR'): GatewayRules => ({
  charges: [{ currency, percent_ppm, fixed_minor }],
})

describe('what a payment costs more or less', () => {
  const cases: readonly [string, GatewayRules, string, bigint, bigint][] = [
    ['a share, half up', charge(20_000, '0'), 'EUR', 1_175n, 24n],
    ['a share and a fixed sum', charge(29_000, '35'), 'EUR', 10_000n, 325n],
    ['a fixed discount', charge(0, '-50'), 'EUR', 1_190n, -50n],
    ['a discount of all that is open is none', charge(0, '-1190'), 'EUR', 1_190n, 0n],
    ['nothing in another currency', charge(20_000, '0'), 'USD', 1_190n, 0n],
    ['no decimals', charge(15_000, '100', 'JPY'), 'JPY', 1_000n, 115n],
    ['three decimals', charge(15_000, '0', 'KWD'), 'KWD', 1_000n, 15n],
    ['nothing without rules', {}, 'EUR', 1_190n, 0n],
  ]
  for (const [name, rules, currency, open, wanted] of cases)
    test(name, () => assert.equal(chargeOn(rules, currency, open), wanted))

  test('shares of lines come to the whole share, each within what is left of its line', () => {
    const amount = fc.bigInt({ min: -50_000n, max: 100_000n }).filter((one) => one !== 0n)
    fc.assert(
      fc.property(fc.array(amount, { minLength: 1, maxLength: 8 }), fc.nat(99), (amounts, percent) => {
        const whole = amounts.reduce((sum, one) => sum + one, 0n)
        fc.pre(whole > 0n)
        const lines = amounts.map(
          (amount_minor) => ({ line: { amount_minor }, amountMinor: null, creditedMinor: 0n }) as LineCredit,
        )
        const wanted = (whole * BigInt(percent)) / 100n
        const shares = shareOut(lines, whole, wanted)
        assert.equal(
          shares.reduce((sum, one) => sum + one.amountMinor, 0n),
          wanted,
        )
        for (const { line, amountMinor } of shares) {
          assert.equal(amountMinor > 0n, line.amount_minor > 0n)
          assert.ok(amountMinor > 0n ? amountMinor <= line.amount_minor : amountMinor >= line.amount_minor)
        }
      }),
    )
  })
})

for (const engine of engines)
  describe(`surcharge and discount by gateway (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const gateway = await makeGateway(means)
    const { brand } = await makeBuyer(means)
    const set = (rules: GatewayRules) =>
      setGatewayRules(means, { instance_id: gateway.id, rules }, staffActor())
    const using = (answers: object[]): Payments & { plugins: ReturnType<typeof scriptedGateway> } => ({
      ...means,
      plugins: scriptedGateway(answers),
    })
    const urls = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    const eur = (minor: bigint) => ({ minor: String(minor), currency: 'EUR' })
    const succeed = (paymentId: string, reference: string, minor: bigint) =>
      db.transaction((trx) =>
        bookOutcome(
          means,
          trx,
          { paymentId, outcome: { outcome: 'succeeded', reference, amount: eur(minor) } },
          actor,
        ),
      )
    const begin = async (amounts: bigint[] = [1_000n]) => {
      const client = await makeClient(means, { brand_id: brand.id })
      const invoice = await issue(means, draft(client, { amounts }))
      const payments = using([{ outcome: 'pending', reference: means.newId('req') }])
      const wish = { invoice_id: invoice.id, instance_id: gateway.id, ...urls }
      const payment = await startPayment(payments, wish, clientActor(client.id))
      return { client, invoice, payment, asked: payments.plugins.asked[0]!.input.amount }
    }
    const documentOf = async (paymentId: string) => {
      const row = await db.get<{ document_id: string | null }>(
        sql`select document_id from payment_extras where payment_id = ${paymentId}`,
      )
      return row?.document_id ? getInvoice(db, row.document_id, staffActor()) : null
    }
    const standing = async (id: string) => {
      const { status, allocated_minor } = await getInvoice(db, id, staffActor())
      return [status, allocated_minor]
    }
    const dispute = (reference: string, status: 'open' | 'won' | 'lost', minor: bigint) =>
      db.transaction((trx) =>
        bookDispute(
          means,
          trx,
          {
            instanceId: gateway.id,
            fact: {
              ...{ fact: 'dispute', reference: `dp_${reference}`, status, reason: 'fraudulent' },
              ...{ payment_reference: reference, amount: eur(minor) },
            },
          },
          actor,
        ),
      )
    const sumOf = async (account: string) =>
      (await db.get<{ sum_minor: bigint }>(
        sql`select coalesce(sum(amount_minor), 0) as sum_minor from postings where account = ${account}`,
      ))!.sum_minor
    const saveCard = async (clientId: string) => {
      const method = { reference: means.newId('mth'), kind: 'card', label: 'Visa' } as never
      await db.transaction((trx) => keepMethod(means, trx, { clientId, instanceId: gateway.id, method }))
    }

    test('a surcharge is asked for with the sum and booked as a document with its tax, once', async () => {
      await set(charge(20_000, '35'))
      const { client, invoice, payment, asked } = await begin()
      assert.deepEqual(asked, eur(1_249n), '11.90 and 2 % of it and 0.35')
      for (let i = 0; i < 2; i++) await succeed(payment.id, 'pi_fee', 1_249n)
      const fee = await documentOf(payment.id)
      assert.deepEqual(
        [fee!.status, fee!.origin, fee!.subtotal_minor, fee!.tax_minor, fee!.total_minor],
        ['paid', 'surcharge', 50n, 9n, 59n],
      )
      assert.deepEqual(await standing(invoice.id), ['paid', 1_190n])
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      const revenue = await db.get(
        sql`select sum(amount_minor) as amount_minor from postings where account = 'revenue:surcharge' and client_id is null`,
      )
      assert.equal((revenue as { amount_minor: bigint }).amount_minor, -50n)
      const fees = await db.all(sql`select id from invoices where origin = 'surcharge'`)
      assert.equal(fees.length, 1)
      await clean()
    })

    test('who pays too little, or for what was paid already, is charged none', async () => {
      const short = await begin()
      await succeed(short.payment.id, 'pi_short', 1_190n)
      assert.deepEqual(await standing(short.invoice.id), ['paid', 1_190n])
      assert.equal(await documentOf(short.payment.id), null)
      const late = await begin()
      const other = await startPayment(
        using([{ outcome: 'pending', reference: 'other' }]),
        { invoice_id: late.invoice.id, instance_id: gateway.id, ...urls },
        clientActor(late.client.id),
      )
      await succeed(late.payment.id, 'pi_first', 1_249n)
      await succeed(other.id, 'pi_second', 1_249n)
      assert.equal(await documentOf(other.id), null)
      assert.equal(await creditBalance(db, late.client.id, 'EUR'), 1_249n, 'all of it is credit')
      await clean()
    })

    test('books that say another surcharge than was asked for are found, and named by the payment', async () => {
      const { payment } = await begin()
      await succeed(payment.id, 'pi_verify', 1_249n)
      const fee = (await documentOf(payment.id))!.id
      const found = async () =>
        (await verifyBooks(db, isoDate('2026-01-15'))).map(({ check, id }) => [check, id])
      const change = (set: ReturnType<typeof sql>) =>
        db.run(sql`update payment_extras set ${set} where payment_id = ${payment.id}`)
      await change(sql`amount_minor = amount_minor + 1`)
      assert.deepEqual(await found(), [
        ['surcharge or discount is booked with its payment, in full', payment.id],
      ])
      await change(sql`amount_minor = amount_minor - 1, document_id = null`)
      assert.deepEqual(await found(), [['surcharge is asked for by its payment', fee]])
      await change(sql`document_id = ${fee}`)
      await clean()
    })

    test('several documents bear one surcharge', async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      const ids = []
      for (const amount of [1_000n, 2_000n])
        ids.push((await issue(means, draft(client, { amounts: [amount] }))).id)
      const payments = using([{ outcome: 'pending', reference: 'cs_several' }])
      const wish = { invoice_ids: ids, instance_id: gateway.id, ...urls }
      const payment = await startMany(payments, wish, clientActor(client.id))
      assert.equal(payment.amount_minor, 3_570n + 71n + 35n)
      await succeed(payment.id, 'pi_several', 3_676n)
      assert.equal((await documentOf(payment.id))!.total_minor, 106n)
      for (const id of ids) assert.equal((await standing(id))[0], 'paid')
      await clean()
    })

    test('an automatic charge bears none; one by hand does, at the sum that was shown', async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      await saveCard(client.id)
      const first = await issue(means, draft(client))
      const auto = using([{ outcome: 'succeeded', reference: 'pi_auto', amount: eur(1_190n) }])
      await chargeDueInvoice(auto, { invoice_id: first.id, attempt: 1 })
      assert.deepEqual(auto.plugins.asked[0]!.input.amount, eur(1_190n))
      const second = await issue(means, draft(client))
      const byHand = using([{ outcome: 'succeeded', reference: 'pi_hand', amount: eur(1_249n) }])
      const wish = { invoice_id: second.id, method_id: undefined }
      const owner = clientActor(client.id)
      await assert.rejects(chargeMethod(byHand, { ...wish, seen_charge: '' }, owner), {
        code: 'gateway.charge_changed',
      })
      assert.equal(byHand.plugins.asked.length, 0, 'nothing was asked for')
      await chargeMethod(byHand, { ...wish, seen_charge: '20000/35' }, owner)
      assert.deepEqual(byHand.plugins.asked[0]!.input.amount, eur(1_249n))
      assert.deepEqual(await standing(second.id), ['paid', 1_190n])
      await clean()
    })

    test('what a lost dispute takes is owed again: every document, and the surcharge with them', async () => {
      const { client, invoice, payment } = await begin()
      await succeed(payment.id, 'pi_lost', 1_249n)
      await dispute('pi_lost', 'open', 1_249n)
      for (let i = 0; i < 2; i++) await dispute('pi_lost', 'lost', 1_249n)
      const fee = (await documentOf(payment.id))!.id
      assert.deepEqual(await standing(invoice.id), ['issued', 0n])
      assert.deepEqual(await standing(fee), ['issued', 0n])
      assert.equal(await sumOf('disputes'), 0n, 'nothing of it is our loss')
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      const other = await begin()
      await succeed(other.payment.id, 'pi_part', 1_249n)
      await dispute('pi_part', 'lost', 1_200n)
      const fee2 = (await documentOf(other.payment.id))!.id
      assert.deepEqual(await standing(other.invoice.id), ['issued', 0n])
      assert.deepEqual(await standing(fee2), ['issued', 49n], 'the surcharge comes last')
      await clean()
    })

    test('several documents of a disputed payment are owed again, and paid again when it is won', async () => {
      await db.insert('settings', [
        {
          ...{ scope: 'brand', scope_id: brand.id, key: 'billing.dispute_reopens', value: 'true' },
          ...{ updated_by: 'usr_staff', updated_at: means.business.now() },
        },
      ])
      const client = await makeClient(means, { brand_id: brand.id })
      const ids = []
      for (const amount of [1_000n, 2_000n])
        ids.push((await issue(means, draft(client, { amounts: [amount] }))).id)
      const payments = using([{ outcome: 'pending', reference: 'cs_disputed' }])
      const wish = { invoice_ids: ids, instance_id: gateway.id, ...urls }
      const payment = await startMany(payments, wish, clientActor(client.id))
      await succeed(payment.id, 'pi_disputed', payment.amount_minor)
      const documents = [...ids, (await documentOf(payment.id))!.id]
      const states = async () => Promise.all(documents.map(async (id) => (await standing(id))[0]))
      for (const [status, wanted] of [['open', 'issued'] as const, ['won', 'paid'] as const]) {
        await dispute('pi_disputed', status, payment.amount_minor)
        assert.deepEqual(await states(), [wanted, wanted, wanted])
        assert.equal(await sumOf('disputes'), 0n)
      }
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      await db.run(sql`delete from settings where key = 'billing.dispute_reopens'`)
      await clean()
    })

    test('staff are told of a dispute, whatever its payment was for', async () => {
      await makeStaff(means, { permissions: ['payment.refund'] })
      const client = await makeClient(means, { brand_id: brand.id })
      const one = await issue(means, draft(client))
      const two = await issue(means, draft(client))
      const of = { instance_id: gateway.id, ...urls }
      const pending = () => using([{ outcome: 'pending', reference: means.newId('req') }])
      const both = { invoice_ids: [one.id, two.id], ...of }
      const many = await startMany(pending(), both, clientActor(client.id))
      const sum = { client_id: client.id, amount_minor: '2000', ...of }
      const deposit = await startDeposit(pending(), sum, clientActor(client.id))
      const told = []
      for (const { id, amount_minor } of [many, deposit]) {
        await succeed(id, `pi_${id}`, amount_minor)
        await dispute(`pi_${id}`, 'open', amount_minor)
        const reported = sql`select id from events where type = 'dispute.reported' order by id`
        const events = await db.all<{ id: string }>(reported)
        await deliverEvents(means, billingConsumers(means), [events.at(-1)!.id])
        const mails = means.jobs.of('mail.send') as {
          template: string
          data: { number: string; url: string }
        }[]
        told.push(mails.findLast(({ template }) => template === 'dispute-opened')!.data)
      }
      const ofDeposit = sql`select number from invoices where kind = 'receipt' and origin_id = ${deposit.id}`
      const receipt = await db.get<{ number: string }>(ofDeposit)
      assert.deepEqual(
        told.map(({ number, url }) => [number, url]),
        [
          [`${one.number}, ${two.number}`, `/admin/payments/${many.id}`],
          [receipt!.number, `/admin/payments/${deposit.id}`],
        ],
      )
      await clean()
    })

    test('an order that falls through gives the surcharge back too; the booking alone is not taken back', async () => {
      const { client, invoice, payment } = await begin()
      await succeed(payment.id, 'pi_back', 1_249n)
      await assert.rejects(
        db.transaction((trx) =>
          reversePayment(means, trx, { paymentId: payment.id, reason: 'Wrong' }, actor),
        ),
        { code: 'payment.not_reversible' },
      )
      await db.transaction((trx) =>
        refundInvoice(means, trx, { invoiceId: invoice.id, reason: 'No stock' }, actor),
      )
      const refund = await db.get<{ amount_minor: bigint }>(
        sql`select amount_minor from refunds where payment_id = ${payment.id}`,
      )
      assert.equal(refund!.amount_minor, 1_249n)
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      await clean()
    })

    test('a refund of all that came credits the document and the surcharge, and no more', async () => {
      const { client, payment } = await begin()
      await succeed(payment.id, 'pi_refund', 1_249n)
      const refund = (amount_minor: string) =>
        refundPayment(
          using([{ outcome: 'succeeded', reference: `re_${amount_minor}` }]),
          { payment_id: payment.id, amount_minor, destination: 'source', reason: 'Sorry', credit_note: {} },
          staffActor(),
        )
      await assert.rejects(refund('1250'), { code: 'refund.too_large' })
      assert.equal((await refund('1249')).status, 'succeeded')
      const fee = (await documentOf(payment.id))!.id
      const notes = await db.all(sql`select total_minor from invoices where corrects_id = ${fee}`)
      assert.deepEqual(notes, [{ total_minor: -59n }])
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      await clean()
    })

    test('a discount is a credit note over every line, booked with the money, once', async () => {
      await set(charge(-30_000, '0'))
      const { client, invoice, payment, asked } = await begin([1_000n, 333n, -100n])
      assert.equal(invoice.total_minor, 1_467n)
      assert.deepEqual(asked, eur(1_423n))
      for (let i = 0; i < 2; i++) await succeed(payment.id, 'pi_less', 1_423n)
      const note = await documentOf(payment.id)
      assert.deepEqual([note!.kind, note!.corrects_id, note!.total_minor], ['credit_note', invoice.id, -44n])
      assert.equal((await standing(invoice.id))[0], 'paid')
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      await clean()
    })

    test('who pays less than was asked for has no discount', async () => {
      const { invoice, payment } = await begin()
      await succeed(payment.id, 'pi_too_little', 1_100n)
      assert.deepEqual(await standing(invoice.id), ['issued', 1_100n])
      assert.equal(await documentOf(payment.id), null)
      await clean()
    })

    test('rules that are surcharge and discount at once, or name a currency twice, are refused', async () => {
      await assert.rejects(set(charge(20_000, '-5')), { code: 'input.invalid' })
      const [one] = charge(1, '1').charges!
      await assert.rejects(set({ charges: [one!, one!] }), { code: 'input.invalid' })
    })

    test('any document with any rule is paid to the unit, and the books balance', async () => {
      const amounts = fc.array(fc.bigInt({ min: 1n, max: 99_999n }), { minLength: 1, maxLength: 5 })
      const ppm = fc.integer({ min: -200_000, max: 200_000 })
      let n = 0
      await fc.assert(
        fc.asyncProperty(amounts, ppm, fc.integer({ min: 0, max: 90 }), async (lines, percent, fixed) => {
          await set(charge(percent, String(percent < 0 ? -fixed : fixed)))
          const { client, invoice, payment } = await begin(lines)
          await succeed(payment.id, `pi_any_${(n += 1)}`, payment.amount_minor)
          assert.equal((await standing(invoice.id))[0], 'paid')
          assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
        }),
        { numRuns: 25 },
      )
      await clean()
    })
  })
