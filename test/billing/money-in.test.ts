import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billDay,
  billingJobs,
  bookOutcome,
  creditBalance,
  handleWebhook,
  keepMethod,
  listSavedMethods,
  listTransactions,
  preferMethod,
  receiveWebhook,
  refundPayment,
  removeMethod,
  replayWebhook,
  startDeposit,
  startMethodSetup,
  startPayment,
  verifyBooks,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const today = isoDate('2026-01-15')
const eur = (minor: string) => ({ minor, currency: 'EUR' })
const returns = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }

for (const engine of engines) {
  describe(`money that comes in (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const using = (answers: object[]): Payments & { plugins: ReturnType<typeof scriptedGateway> } => ({
      ...means,
      plugins: scriptedGateway(answers),
    })
    const gateway = await makeGateway(means, [
      'start_payment',
      'start_setup',
      'refund',
      'handle_event',
      'look_up',
    ])
    const clean = async () => assert.deepEqual(await verifyBooks(db, today), [])
    const paid = (reference: string, minor: string, fee: string) => ({
      outcome: 'succeeded',
      ...{ reference, amount: eur(minor), fee: eur(fee) },
    })

    test('leaves its fee on the transaction and in the ledger, and lists say gateway and reference', async () => {
      const { client } = await makeBuyer(means)
      const owner = clientActor(client.id)
      const { id, number } = await issue(means, draft(client))
      const payments = using([
        { outcome: 'pending', reference: 'cs_1' },
        { outcome: 'succeeded', reference: 're_1' },
      ])
      const payment = await startPayment(
        payments,
        { invoice_id: id, instance_id: gateway.id, ...returns },
        owner,
      )
      await db.transaction((trx) =>
        bookOutcome(
          means,
          trx,
          { paymentId: payment.id, outcome: paid('pi_1', '1190', '47') as never },
          actor,
        ),
      )
      await refundPayment(
        payments,
        { payment_id: payment.id, amount_minor: '190', destination: 'source', reason: 'Late' },
        staff,
      )
      const list = await listTransactions(means, { client_id: client.id }, staff)
      assert.deepEqual(
        list.rows.map((row) => [
          row.kind,
          row.gateway,
          row.reference,
          row.amount_minor,
          row.fee_minor,
          row.invoice_number,
        ]),
        [
          ['refund', 'Cards', 're_1', -190n, 0n, number],
          ['payment', 'Cards', 'pi_1', 1_190n, 47n, number],
        ],
      )
      assert.deepEqual(
        await db.all(sql`
          select p.account, p.amount_minor from postings p join journals j on j.id = p.journal_id
          where j.source_id = ${payment.id} order by p.account`),
        [
          { account: `gateway_clearing:${gateway.id}`, amount_minor: 1_143n },
          { account: `gateway_fees:${gateway.id}`, amount_minor: 47n },
          { account: 'receivable', amount_minor: -1_190n },
        ],
      )
      const own = await listTransactions(means, { limit: 1 }, owner)
      assert.deepEqual([own.rows.map((row) => row.fee_minor), own.next], [[null], own.rows[0]!.id])
      const rest = await listTransactions(means, { after: own.next }, owner)
      assert.deepEqual([rest.rows.map((row) => row.reference), rest.next], [['pi_1'], null])
      const stranger = await makeClient(means, { brand_id: client.brand_id })
      const foreign = await listTransactions(means, { client_id: client.id }, clientActor(stranger.id))
      assert.deepEqual(foreign.rows, [])
      await clean()
    })

    test('an event that is replayed is read again and booked no second time', async () => {
      const { client } = await makeBuyer(means)
      const { id } = await issue(means, draft(client))
      const fact = (reference: string, paymentId: string) => ({
        facts: [{ fact: 'payment', payment_id: paymentId, result: paid(reference, '1190', '40') }],
      })
      const payment = await startPayment(
        using([{ outcome: 'pending', reference: 'cs_2' }]),
        { invoice_id: id, instance_id: gateway.id, ...returns },
        clientActor(client.id),
      )
      const event = { instanceId: gateway.id, headers: {}, body: '{}', address: '192.0.2.1' }
      await receiveWebhook(means, event, { verdict: 'accepted', verified: true, eventKey: 'evt_1' })
      const row = await db.get<{ id: string }>(sql`select id from webhook_events where event_key = 'evt_1'`)
      const payments = using([fact('pi_2', payment.id), fact('pi_2', payment.id)])
      await handleWebhook(payments, { id: row!.id })
      await handleWebhook(payments, { id: row!.id })
      assert.equal(payments.plugins.asked.length, 1)
      const entered = means.jobs.of('billing.webhook').length
      await replayWebhook(means, { webhook_event_id: row!.id }, staff)
      assert.equal(means.jobs.of('billing.webhook').length, entered + 1)
      await handleWebhook(payments, { id: row!.id })
      assert.equal(payments.plugins.asked.length, 2)
      const { rows } = await listTransactions(means, { client_id: client.id }, staff)
      assert.deepEqual(
        rows.map((found) => found.reference),
        ['pi_2'],
      )
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      const told = await db.all(
        sql`select id from audit where action = 'webhook.replay' and subject = ${row!.id}`,
      )
      assert.equal(told.length, 1)
      const replay = (id: string, who = staff) => replayWebhook(means, { webhook_event_id: id }, who)
      await assert.rejects(replay('whe_none'), { code: 'record.not_found' })
      await assert.rejects(replay(row!.id, staffActor(['webhook.list'])), { code: 'actor.forbidden' })
      await clean()
    })

    test('a deposit is credit and no revenue, and goes back out of the credit', async () => {
      const { client } = await makeBuyer(means)
      const owner = clientActor(client.id)
      const wish = (amount_minor: string) => ({
        client_id: client.id,
        instance_id: gateway.id,
        amount_minor,
        ...returns,
      })
      for (const amount of ['499', '100001'])
        await assert.rejects(startDeposit(using([]), wish(amount), owner), {
          code: 'payment.amount_out_of_range',
        })
      const payments = using([
        { outcome: 'pending', reference: 'cs_3' },
        { outcome: 'succeeded', reference: 're_3' },
      ])
      const payment = await startDeposit(payments, wish('2000'), owner)
      await db.transaction((trx) =>
        bookOutcome(
          means,
          trx,
          { paymentId: payment.id, outcome: paid('pi_3', '2000', '60') as never },
          actor,
        ),
      )
      assert.equal(await creditBalance(db, client.id, 'EUR'), 2_000n)
      const revenue = await db.all(sql`
        select p.account from postings p join journals j on j.id = p.journal_id where j.source_id = ${payment.id} and p.account like 'revenue%'`)
      assert.deepEqual(revenue, [])
      const made = await refundPayment(
        payments,
        { payment_id: payment.id, amount_minor: '2000', destination: 'source', reason: 'Not needed' },
        staff,
      )
      assert.deepEqual([made.taken_from, await creditBalance(db, client.id, 'EUR')], ['credit', 0n])
      await clean()
    })

    test('methods are saved without paying, listed, preferred and removed', async () => {
      const { brand, client } = await makeBuyer(means)
      const owner = clientActor(client.id)
      const keep = (reference: string) =>
        db.transaction((trx) =>
          keepMethod(means, trx, {
            ...{ clientId: client.id, instanceId: gateway.id },
            method: { reference, kind: 'card', label: `Card ${reference}` } as never,
          }),
        )
      const setup = { client_id: client.id, instance_id: gateway.id, ...returns }
      const way = { outcome: 'needs_client', reference: 'seti_1', url: 'https://pay.example/setup' }
      assert.deepEqual(await startMethodSetup(using([way]), setup, owner), way)
      const transfer = await makeGateway(means, ['start_payment'])
      await assert.rejects(startMethodSetup(using([]), { ...setup, instance_id: transfer.id }, owner), {
        code: 'gateway.no_method_setup',
      })
      await keep('pm_a')
      means.business.advance(1)
      await keep('pm_b')
      const list = async () =>
        (await listSavedMethods(means, { client_id: client.id }, owner)).map((row) => [
          row.reference,
          row.preferred,
          row.services,
        ])
      assert.deepEqual(await list(), [
        ['pm_a', 1, 0],
        ['pm_b', 0, 0],
      ])
      const [first, second] = await listSavedMethods(means, { client_id: client.id }, owner)
      await preferMethod(using([]), { method_id: second!.id }, owner)
      assert.deepEqual(await list(), [
        ['pm_b', 1, 0],
        ['pm_a', 0, 0],
      ])

      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-06-01' })
      await db.run(
        sql`update services set client_id = ${client.id}, method_id = ${second!.id} where brand_id = ${brand.id}`,
      )
      assert.deepEqual(await list(), [
        ['pm_b', 1, 1],
        ['pm_a', 0, 0],
      ])
      await removeMethod(using([]), { method_id: second!.id }, owner)
      assert.deepEqual(await list(), [['pm_a', 1, 0]])
      const service = await db.get<{ method_id: string | null }>(
        sql`select method_id from services where brand_id = ${brand.id}`,
      )
      assert.equal(service!.method_id, null)
      assert.deepEqual(means.jobs.of('billing.remove_method'), [{ method_id: second!.id }])
      // The job may come twice, and is one act under one key.
      const payments = using([{ outcome: 'removed' }, { outcome: 'removed' }])
      const jobs = billingJobs({ ...payments, translator: () => (key) => key })
      for (let i = 0; i < 2; i++)
        await jobs['billing.remove_method']!({ method_id: second!.id } as never, undefined as never)
      const told = { idempotency_key: `remove/${second!.id}`, method: 'pm_b' }
      assert.deepEqual(
        payments.plugins.asked.map(({ input }) => input),
        [told, told],
      )

      const stranger = clientActor((await makeClient(means, { brand_id: brand.id })).id)
      await assert.rejects(listSavedMethods(means, { client_id: client.id }, stranger), {
        code: 'record.not_found',
      })
      await assert.rejects(removeMethod(using([]), { method_id: first!.id }, stranger), {
        code: 'record.not_found',
      })
      await assert.rejects(preferMethod(using([]), { method_id: second!.id }, owner), {
        code: 'record.not_found',
      })
    })

    test('a client who wants services apart gets an invoice for each, others one for all', async () => {
      means.business.set('2026-01-15T06:00:00.000Z')
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 2, perClient: 3, nextPeriodOn: '2026-01-20' })
      const [apart, joined] = await db.all<{ id: string }>(
        sql`select distinct client_id as id from services where brand_id = ${brand.id} order by client_id`,
      )
      await db.run(sql`update clients set separate_invoices = 1 where id = ${apart!.id}`)
      await billDay(billingDeps(means), today)
      const totals = async (client: { id: string }) =>
        (
          await db.all<{ total_minor: bigint }>(
            sql`select total_minor from invoices where client_id = ${client.id}`,
          )
        ).map((row) => row.total_minor)
      // 5.99 + 1.14 each; 17.97 + 3.41 together.
      assert.deepEqual(await totals(apart!), [713n, 713n, 713n])
      assert.deepEqual(await totals(joined!), [2_138n])
    })
  })
}
