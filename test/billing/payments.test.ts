import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  bookOutcome,
  chargeDueInvoice,
  creditBalance,
  getInvoice,
  handleWebhook,
  receiveWebhook,
  recordPayment,
  refundPayment,
  startPayment,
  verifyBooks,
  type DocumentMeans,
  type Payments,
  type PluginCalls,
} from '../../core/billing/index.ts'
import { words } from '../../core/app/wire/words.ts'
import { sql } from '../../core/db/index.ts'
import { BerthError, isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const translator = (locale: string) => words().translator(locale)
const eur = (minor: string) => ({ minor, currency: 'EUR' })
const paid = (reference: string, minor = '1190') => ({
  outcome: 'succeeded',
  reference,
  amount: eur(minor),
  fee: eur('40'),
})
const lost = (code: string, unknown: boolean) =>
  new BerthError(code, 504, 'no answer', { params: { outcome_unknown: unknown } })

for (const engine of engines) {
  describe(`payments on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const { client } = await makeBuyer(means)
    const gateway = await makeGateway(means)
    const using = (plugins: PluginCalls): Payments & DocumentMeans => ({ ...means, plugins, translator })
    const owner = clientActor(client.id)
    const start = (plugins: PluginCalls, invoiceId: string) =>
      startPayment(
        using(plugins),
        {
          invoice_id: invoiceId,
          instance_id: gateway.id,
          return_url: 'http://shop.example/r',
          cancel_url: 'http://shop.example/c',
        },
        owner,
      )
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])

    const saveCard = async () => {
      await db.run(sql`delete from payment_methods`)
      const now = means.business.now()
      await db.insert('payment_methods', [
        {
          id: means.newId('mth'),
          client_id: client.id,
          instance_id: gateway.id,
          reference: 'pm_1',
          kind: 'card',
          label: 'Visa 4242',
          brand_name: null,
          last4: '4242',
          expires_on: null,
          preferred: 1,
          consent_at: now,
          removed_at: null,
          version: 1,
          created_at: now,
          updated_at: now,
        },
      ])
    }

    test('a hosted payment asks the client, then a webhook books it once however often it comes', async () => {
      const { id } = await issue(means, draft(client))
      const script = scriptedGateway([
        { outcome: 'needs_client', reference: 'cs_1', url: 'https://pay.example/cs_1' },
        { facts: [] },
        { facts: [] },
      ])
      const payment = await start(script, id)
      assert.equal(payment.status, 'needs_client')
      assert.equal(JSON.parse(payment.needs!).url, 'https://pay.example/cs_1')

      const event = { instanceId: gateway.id, headers: {}, body: '{}', address: '127.0.0.1' }
      const verdict = { verdict: 'accepted', verified: true, eventKey: 'evt_1' } as const
      assert.equal(await receiveWebhook(means, event, verdict), 'stored')
      assert.equal(await receiveWebhook(means, event, verdict), 'repeated')
      const [job] = means.jobs.of('billing.webhook') as { id: string }[]
      const fact = { facts: [{ fact: 'payment', payment_id: payment.id, result: paid('pi_1') }] }
      const plugin = using(scriptedGateway([fact, fact]))
      await handleWebhook(plugin, job!)
      await handleWebhook(plugin, job!)
      const invoice = await getInvoice(db, id, actor)
      assert.deepEqual([invoice.status, invoice.allocated_minor], ['paid', 1_190n])
      assert.equal(
        (await db.all(sql`select id from transactions where payment_id = ${payment.id}`)).length,
        1,
      )
      await clean()
    })

    test('a refused webhook is written down and nothing else happens', async () => {
      const event = { instanceId: gateway.id, headers: {}, body: 'x', address: '203.0.113.9' }
      assert.equal(await receiveWebhook(means, event, { verdict: 'refused', reason: 'signature' }), 'refused')
      const row = await db.get<{ reason: string }>(
        sql`select reason from webhook_refusals where address = '203.0.113.9'`,
      )
      assert.equal(row?.reason, 'signature')
    })

    test('more than was asked goes to the credit, less leaves the rest open', async () => {
      const { id } = await issue(means, draft(client))
      const first = await start(scriptedGateway([{ outcome: 'pending', reference: 'p_1' }]), id)
      await db.transaction((trx) =>
        bookOutcome(means, trx, { paymentId: first.id, outcome: paid('p_1', '1000') as never }, actor),
      )
      assert.equal((await getInvoice(db, id, actor)).status, 'issued')
      const second = await start(scriptedGateway([{ outcome: 'pending', reference: 'p_2' }]), id)
      assert.equal(second.amount_minor, 190n)
      await db.transaction((trx) =>
        bookOutcome(means, trx, { paymentId: second.id, outcome: paid('p_2', '500') as never }, actor),
      )
      assert.equal((await getInvoice(db, id, actor)).status, 'paid')
      assert.equal(await creditBalance(db, client.id, 'EUR'), 310n)
      const told = await db.all<{ subject: string; before_state: string; after_state: string }>(
        sql`select subject, before_state, after_state from audit where action = 'payment.book_other_amount' order by id`,
      )
      const of = (amount_minor: string) => ({ currency: 'EUR', amount_minor })
      assert.deepEqual(
        told.map((row) => [row.subject, JSON.parse(row.before_state), JSON.parse(row.after_state)]),
        [
          [first.id, of('1190'), of('1000')],
          [second.id, of('190'), of('500')],
        ],
      )
      await clean()
      // Spend it, so that the tests below start from nothing.
      await issue(means, draft(client, { amounts: [1_000n] }))
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
    })

    test('money that came after a decline is booked all the same', async () => {
      const { id } = await issue(means, draft(client))
      const payment = await start(
        scriptedGateway([
          { outcome: 'declined', code: 'card_declined', message: 'The bank said no.', retry: 'new_method' },
        ]),
        id,
      )
      assert.deepEqual([payment.status, payment.decline_message], ['declined', 'The bank said no.'])
      await db.transaction((trx) =>
        bookOutcome(means, trx, { paymentId: payment.id, outcome: paid('late_1') as never }, actor),
      )
      assert.equal((await getInvoice(db, id, actor)).status, 'paid')
      await clean()
    })

    test('an answer that got lost leaves the attempt unknown, blocks a second one, and is asked about under the same key', async () => {
      await saveCard()
      const { id } = await issue(means, draft(client))
      const script = scriptedGateway([lost('plugin.timeout', true)])
      await chargeDueInvoice(using(script), { invoice_id: id, attempt: 1 })
      const row = await db.get<{ id: string; status: string; effect_key: string }>(
        sql`select id, status, effect_key from payments where invoice_id = ${id}`,
      )
      assert.deepEqual([row!.status, row!.effect_key], ['unknown', `charge/${id}/try_1`])
      await chargeDueInvoice(using(scriptedGateway([])), { invoice_id: id, attempt: 2 })
      await assert.rejects(start(scriptedGateway([]), id), { code: 'payment.under_way' })

      const { billingJobs } = await import('../../core/billing/index.ts')
      const ask = scriptedGateway([paid('pi_found')])
      await billingJobs(using(ask))['billing.check_payment']!(
        { payment_id: row!.id } as never,
        undefined as never,
      )
      assert.deepEqual(
        [ask.asked[0]!.operation, ask.asked[0]!.input.idempotency_key],
        ['look_up', `charge/${id}/try_1`],
      )
      assert.equal((await getInvoice(db, id, actor)).status, 'paid')
      await clean()
    })

    test('a call that never went out fails and may be tried again', async () => {
      await saveCard()
      const { id } = await issue(means, draft(client))
      await assert.rejects(
        chargeDueInvoice(using(scriptedGateway([lost('plugin.busy', false)])), {
          invoice_id: id,
          attempt: 1,
        }),
        { code: 'gateway.failed' },
      )
      await chargeDueInvoice(using(scriptedGateway([paid('pi_again')])), { invoice_id: id, attempt: 2 })
      assert.equal((await getInvoice(db, id, actor)).status, 'paid')
      await clean()
    })

    test('a call that was ended for what else it did, after its request had left, is asked about first', async () => {
      for (const code of ['plugin.denied', 'plugin.busy', 'plugin.tripped']) {
        await saveCard()
        const { id } = await issue(means, draft(client))
        const charge = { invoice_id: id, attempt: 1 }
        await chargeDueInvoice(using(scriptedGateway([lost(code, true)])), charge)
        const rows = await db.all<{ status: string }>(
          sql`select status from payments where invoice_id = ${id}`,
        )
        assert.deepEqual(rows, [{ status: 'unknown' }], code)
        await clean()
      }
    })

    test('the automatic charge run twice is one attempt', async () => {
      await saveCard()
      const { id } = await issue(means, draft(client))
      const script = scriptedGateway([paid('pi_once')])
      await chargeDueInvoice(using(script), { invoice_id: id, attempt: 1 })
      await chargeDueInvoice(using(script), { invoice_id: id, attempt: 1 })
      assert.equal(script.asked.length, 1)
    })

    test('staff book a transfer once, by the bank’s own reference', async () => {
      const { id } = await issue(means, draft(client))
      const transfer = { invoice_id: id, amount_minor: '1190', reference: 'BANK-77' }
      await recordPayment(using(scriptedGateway([])), transfer, staffActor())
      await assert.rejects(recordPayment(using(scriptedGateway([])), transfer, staffActor()), {
        code: 'payment.already_booked',
      })
      await assert.rejects(recordPayment(using(scriptedGateway([])), transfer, owner), {
        code: 'actor.forbidden',
      })
      assert.equal((await getInvoice(db, id, actor)).status, 'paid')
      await clean()
    })

    describe('refunds', () => {
      const payOne = async () => {
        const { id } = await issue(means, draft(client))
        const payment = await start(scriptedGateway([{ outcome: 'pending', reference: `r_${id}` }]), id)
        return db.transaction((trx) =>
          bookOutcome(means, trx, { paymentId: payment.id, outcome: paid(`pi_${id}`) as never }, actor),
        )
      }
      const refund = (plugins: PluginCalls, paymentId: string, amount: string, more: object = {}) =>
        refundPayment(
          using(plugins),
          { payment_id: paymentId, amount_minor: amount, destination: 'source', reason: 'Goodwill', ...more },
          staffActor(),
        )

      test('in part through the gateway, and never more than came', async () => {
        const payment = await payOne()
        assert.equal(
          (await refund(scriptedGateway([{ outcome: 'succeeded', reference: 're_1' }]), payment.id, '400'))
            .status,
          'succeeded',
        )
        await assert.rejects(refund(scriptedGateway([]), payment.id, '791'), { code: 'refund.too_large' })
        await clean()
      })

      test('the same button pressed twice sends one', async () => {
        const payment = await payOne()
        const script = scriptedGateway([{ outcome: 'succeeded', reference: 're_2' }])
        await refund(script, payment.id, '100', { once: 'form-1' })
        await refund(script, payment.id, '100', { once: 'form-1' })
        assert.equal(script.asked.length, 1)
      })

      test('one that fails days later puts the money back', async () => {
        const payment = await payOne()
        const { id } = await refund(
          scriptedGateway([{ outcome: 'succeeded', reference: 're_3' }]),
          payment.id,
          '500',
        )
        const { bookRefundOutcome } = await import('../../core/billing/index.ts')
        const failed = await db.transaction((trx) =>
          bookRefundOutcome(
            means,
            trx,
            { refundId: id, outcome: { outcome: 'failed', code: 'expired', message: 'Card expired' } },
            actor,
          ),
        )
        assert.equal(failed.status, 'failed')
        assert.equal(
          (await refund(scriptedGateway([{ outcome: 'succeeded', reference: 're_4' }]), payment.id, '1190'))
            .status,
          'succeeded',
        )
        await clean()
      })

      test('into credit when the client wants that', async () => {
        const payment = await payOne()
        const before = await creditBalance(db, client.id, 'EUR')
        await refund(scriptedGateway([]), payment.id, '300', { destination: 'credit' })
        assert.equal(await creditBalance(db, client.id, 'EUR'), before + 300n)
        await clean()
      })

      test('a dispute takes the money while it is open and brings it back when won, in any order of news', async () => {
        const payment = await payOne()
        const { bookDispute } = await import('../../core/billing/index.ts')
        const news = (status: 'inquiry' | 'open' | 'won') => ({
          fact: 'dispute' as const,
          reference: `dp_${payment.id}`,
          payment_reference: payment.reference!,
          amount: eur('1190'),
          status,
          reason: 'fraudulent',
        })
        const book = (status: 'inquiry' | 'open' | 'won') =>
          db.transaction((trx) =>
            bookDispute(means, trx, { instanceId: gateway.id, fact: news(status) }, actor),
          )
        await book('open')
        await book('open')
        await book('won')
        await book('open')
        const sums = await db.get<{ total_minor: bigint }>(
          sql`select coalesce(sum(amount_minor), 0) as total_minor from postings where account = 'disputes'`,
        )
        assert.equal(sums?.total_minor, 0n)
        await clean()
      })
    })
  })
}
