import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import {
  closeMonth,
  handleWebhook,
  importStatement,
  listTransactions,
  receiveWebhook,
  recordPayment,
  saveBankAccount,
  startPayment,
  verifyBooks,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { dayIn, isoDate, type Instant } from '../../core/kernel/index.ts'
import { movedAt, movementJoins } from '../../core/reports/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

for (const engine of engines)
  describe(`what becomes known after its month was closed (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const gateway = await makeGateway(means)
    const using = (answers: object[]): Payments => ({ ...means, plugins: scriptedGateway(answers) })
    const eur = (minor: string) => ({ minor, currency: 'EUR' })
    let buyer: Awaited<ReturnType<typeof makeBuyer>>
    let invoice: Awaited<ReturnType<typeof issue>>
    let events = 0

    /** Every journal of the client's brand by its kind: the day of the books and the day of the event. */
    const journals = async () => {
      const rows = await db.all<{ kind: string; effective_on: string; moved_at: Instant | null }>(sql`
        select j.kind, j.effective_on, ${movedAt} as moved_at from journals j ${movementJoins}
        where j.brand_id = ${buyer.brand.id} and j.effective_on > '2026-02-01' order by j.id`)
      const day = (at: Instant | null) => at && dayIn('Europe/Berlin', at)
      return rows.map(({ kind, effective_on, moved_at }) => [kind, effective_on, day(moved_at)])
    }
    const tell = async (facts: object[], occurred_at: string) => {
      const event = { instanceId: gateway.id, headers: {}, body: '{}', address: '192.0.2.1' }
      const eventKey = `evt_${(events += 1)}`
      await receiveWebhook(means, event, { verdict: 'accepted', verified: true, eventKey })
      const row = await db.get<{ id: string }>(
        sql`select id from webhook_events where event_key = ${eventKey}`,
      )
      await handleWebhook(using([{ facts, occurred_at }]), { id: row!.id })
    }
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-02-03')), [])

    beforeEach(async () => {
      means.business.set('2026-01-15T10:00:00.000Z')
      means.clock.set('2026-01-15T10:00:00.000Z')
      buyer = await makeBuyer(means)
      invoice = await issue(means, draft(buyer.client))
      means.business.set('2026-02-03T10:00:00.000Z')
      means.clock.set('2026-02-03T10:00:00.000Z')
      await closeMonth(means, { brand_id: buyer.brand.id, month: '2026-01' }, actor)
    })

    test('a transfer keeps the day that the bank says, and that staff say', async () => {
      const id = await saveBankAccount(
        means,
        {
          ...{ brand_id: buyer.brand.id, instance_id: gateway.id, name: 'Bank', currency: 'EUR' },
          ...{ iban: 'DE89370400440532013000', books_sure: true, tolerance_minor: '0' },
          csv_mapping: {
            ...{ delimiter: ';', skip: 0, day: 'd', day_format: 'YYYY-MM-DD', amount: 'a', decimal: '.' },
            ...{ text: 't', name: 'n', currency: 'c' },
          },
        },
        staff,
      )
      const content = `d;a;t;n;c\n2026-01-29;11.90;${invoice.number!};Quay;EUR`
      await importStatement(means, { account_id: id, format: 'csv', content }, staff)
      assert.deepEqual(await journals(), [['payment_succeeded', '2026-02-03', '2026-01-29']])
      const other = await issue(means, draft(buyer.client))
      const cash = {
        invoice_id: other.id,
        amount_minor: '1190',
        reference: 'CASH-1',
        received_on: '2026-01-30',
      }
      await recordPayment(using([]), cash, staff)
      assert.deepEqual((await journals()).at(-1), ['payment_succeeded', '2026-02-03', '2026-01-30'])
      const { rows } = await listTransactions(means, { client_id: buyer.client.id }, staff)
      assert.deepEqual(
        rows.map(({ occurred_at }) => occurred_at),
        ['2026-01-29T23:00:00.000Z', '2026-01-28T23:00:00.000Z'],
      )
      await clean()
    })

    test('an event keeps its own day: payment, refund, dispute and what came back of it', async () => {
      const payment = await startPayment(
        using([{ outcome: 'pending', reference: 'cs_late' }]),
        {
          ...{ invoice_id: invoice.id, instance_id: gateway.id },
          ...{ return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' },
        },
        clientActor(buyer.client.id),
      )
      const reference = `pi_${invoice.id}`
      await tell(
        [
          {
            ...{ fact: 'payment', payment_id: payment.id },
            result: { outcome: 'succeeded', reference, amount: eur('1190') },
          },
        ],
        '2026-01-28T12:00:00Z',
      )
      const dispute = (status: string) => ({
        ...{ fact: 'dispute', reference: `dp_${invoice.id}`, payment_reference: reference, status },
        ...{ amount: eur('1000'), reason: 'fraudulent' },
      })
      await tell([dispute('open')], '2026-01-29T12:00:00Z')
      await tell([dispute('won')], '2026-01-30T12:00:00Z')
      await tell(
        [
          {
            ...{ fact: 'refund', payment_reference: reference, amount: eur('100') },
            result: { outcome: 'succeeded', reference: `re_${invoice.id}` },
          },
        ],
        '2026-01-31T12:00:00Z',
      )
      const day = '2026-02-03'
      assert.deepEqual(await journals(), [
        ['payment_succeeded', day, '2026-01-28'],
        ['dispute_opened', day, '2026-01-29'],
        ['dispute_returned', day, '2026-01-30'],
        ['refund_sent', day, '2026-01-31'],
      ])
      const { rows } = await listTransactions(means, { client_id: buyer.client.id }, staff)
      assert.deepEqual(
        rows.map(({ kind, amount_minor }) => [kind, amount_minor]),
        [
          ['refund', -100n],
          ['dispute_returned', 1_000n],
          ['dispute', -1_000n],
          ['payment', 1_190n],
        ],
      )
      await clean()
    })

    test('a moved business clock moves the event with it, and a clock that is ahead says today', async () => {
      means.business.set('2026-03-05T10:00:00.000Z')
      const pay = async (occurredAt: string) => {
        const one = await issue(means, draft(buyer.client))
        const payment = await startPayment(
          using([{ outcome: 'pending', reference: `cs_${one.id}` }]),
          {
            ...{ invoice_id: one.id, instance_id: gateway.id },
            ...{ return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' },
          },
          clientActor(buyer.client.id),
        )
        const result = { outcome: 'succeeded', reference: `pi_${one.id}`, amount: eur('1190') }
        await tell([{ fact: 'payment', payment_id: payment.id, result }], occurredAt)
        return (await journals()).at(-1)
      }
      assert.deepEqual(await pay('2026-02-01T10:00:00Z'), ['payment_succeeded', '2026-03-05', '2026-03-03'])
      assert.deepEqual(await pay('2026-02-09T10:00:00Z'), ['payment_succeeded', '2026-03-05', '2026-03-05'])
    })
  })
