import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  cancelAgreement,
  chargeDueInvoice,
  creditBalance,
  handleWebhook,
  keepAgreement,
  matchAgreement,
  receiveWebhook,
  recordPayment,
  suggestServices,
  verifyBooks,
  type AgreementRow,
  type Payments,
  type PluginCalls,
} from '../../core/billing/index.ts'
import { chargeDue } from '../../core/billing/run/charge-due.ts'
import { sql } from '../../core/db/index.ts'
import { BerthError, isoDate } from '../../core/kernel/index.ts'
import { reconcileBooks, repairDiscrepancy } from '../../core/reports/index.ts'
import type { Agreement } from '../../sdk/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const eur = (minor: string) => ({ minor, currency: 'EUR' })
const staff = staffActor()

for (const engine of engines)
  describe(`agreements at a gateway (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const using = (plugins: PluginCalls): Payments => ({ ...means, plugins })
    const codeOf = (act: Promise<unknown>): Promise<string> =>
      act.then(
        () => 'done',
        (error: unknown) => (error instanceof BerthError ? error.code : String(error)),
      )

    /** A client with one service that is invoiced, a saved card, and an agreement that the gateway charges. */
    const open = async () => {
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-02-01' })
      const service = (await db.get<{ id: string; client_id: string; recurring_minor: bigint }>(
        sql`select id, client_id, recurring_minor from services where brand_id = ${brand.id}`,
      ))!
      const gateway = await makeGateway(means, [
        'start_payment',
        'charge_method',
        'refund',
        'cancel_agreement',
      ])
      const now = means.business.now()
      const { id: mth } = { id: means.newId('mth') }
      await db.insert('payment_methods', [
        {
          ...{ id: mth, client_id: service.client_id, instance_id: gateway.id, reference: mth, kind: 'card' },
          ...{ label: 'Visa 4242', preferred: 1, consent_at: now, created_at: now, updated_at: now },
        },
      ])
      await db.run(sql`update clients set auto_charge = 1 where id = ${service.client_id}`)
      let bills = 0
      const bill = async () => {
        const buyer = { id: service.client_id, brand_id: brand.id, currency: 'EUR' }
        const of = draft(buyer, { dueOn: isoDate('2026-01-15') })
        return issue(means, {
          ...of,
          lines: of.lines.map((line) => ({ ...line, sourceId: service.id, cause: `cause ${bills++}` })),
        })
      }
      const reference = `sub_${service.id}`
      const told = (more: Partial<Agreement> = {}): Agreement => ({
        ...{
          reference,
          status: 'live',
          amount: eur(service.recurring_minor.toString()),
          cycle: '1m',
          ...more,
        },
      })
      const keep = (more: Partial<Agreement> = {}): Promise<AgreementRow | null> =>
        db.transaction((trx) =>
          keepAgreement(means, trx, { instanceId: gateway.id, brandId: brand.id, told: told(more) }, actor),
        )
      const match = (agreement: AgreementRow, service_id: string | null = service.id) =>
        matchAgreement(means, { agreement_id: agreement.id, service_id }, staff)
      let events = 0
      /** The gateway's message that it took money; twice, as messages come. */
      const took = async (payment: string, minor = '1190', times = 2) => {
        const fact = {
          fact: 'agreement_payment',
          agreement: reference,
          reference: payment,
          amount: eur(minor),
        }
        for (let i = 0; i < times; i++) {
          const event = { instanceId: gateway.id, headers: {}, body: '{}', address: '127.0.0.1' }
          const eventKey = `evt_${reference}_${events++}`
          await receiveWebhook(means, event, { verdict: 'accepted', verified: true, eventKey })
          const job = means.jobs.of('billing.webhook').at(-1) as { id: string }
          await handleWebhook(using(scriptedGateway([{ facts: [fact] }])), job)
        }
      }
      const paymentsOf = () =>
        db.all<{ kind: string; status: string; invoice_id: string | null; received_minor: bigint }>(
          sql`select kind, status, invoice_id, received_minor from payments where client_id = ${service.client_id} order by id`,
        )
      return { brand, service, gateway, bill, keep, match, took, paymentsOf, reference }
    }
    const stateOf = async (id: string) =>
      (await db.get<{ status: string }>(sql`select status from invoices where id = ${id}`))?.status
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])

    test('what the gateway took is booked once on the oldest open invoice, then on the next one', async () => {
      const { bill, keep, match, took, paymentsOf, service } = await open()
      const [first, second] = [await bill(), await bill()]
      await match((await keep())!)
      await took('pi_a')
      assert.deepEqual([await stateOf(first.id), await stateOf(second.id)], ['paid', 'issued'])
      await took('pi_b', '1000')
      await took('pi_c', '200')
      assert.equal(await stateOf(second.id), 'paid')
      assert.equal(await creditBalance(db, service.client_id, 'EUR'), 10n)
      assert.deepEqual(
        (await paymentsOf()).map(({ kind, invoice_id, received_minor }) => [
          kind,
          invoice_id,
          received_minor,
        ]),
        [
          ['agreement', first.id, 1_190n],
          ['agreement', second.id, 1_000n],
          ['agreement', second.id, 200n],
        ],
      )
      await clean()
    })

    test('while it lives and is matched we charge nothing of its service, afterwards we do', async () => {
      const { bill, keep, match, service, gateway, brand } = await open()
      const invoice = await bill()
      const row = (await keep())!
      const day = { on: isoDate('2026-01-15'), brandIds: [brand.id] }
      const acts = () =>
        db.all(sql`select subject from automated_acts where task = 'charge' and subject = ${invoice.id}`)
      await match(row)
      await chargeDue(means, day as never)
      assert.equal((await acts()).length, 0)
      // What was entered before it was matched is stopped on its way out.
      const calls = scriptedGateway([{ outcome: 'succeeded', reference: 'pi_ours', amount: eur('1190') }])
      await chargeDueInvoice(using(calls), { invoice_id: invoice.id, attempt: 1 })
      assert.equal(calls.asked.length, 0)
      await keep({ status: 'ended' })
      await chargeDue(means, day as never)
      assert.equal((await acts()).length, 1)
      await chargeDueInvoice(using(calls), { invoice_id: invoice.id, attempt: 1 })
      assert.deepEqual([calls.asked.length, await stateOf(invoice.id)], [1, 'paid'])
      assert.ok(service.id && gateway.id)
      await clean()
    })

    test('what stands on a document of a service that is not charged by itself waits for its client', async () => {
      const { bill, service, brand } = await open()
      const invoice = await bill()
      const day = { on: isoDate('2026-01-15'), brandIds: [brand.id] }
      const charging = (on: 0 | 1) =>
        db.run(sql`update services set auto_charge = ${on} where id = ${service.id}`)
      const acts = () =>
        db.all(sql`select subject from automated_acts where task = 'charge' and subject = ${invoice.id}`)
      await charging(0)
      await chargeDue(means, day as never)
      assert.equal((await acts()).length, 0)
      await charging(1)
      await chargeDue(means, day as never)
      assert.equal((await acts()).length, 1)
      // What was entered before it was turned off is stopped on its way out.
      await charging(0)
      const calls = scriptedGateway([{ outcome: 'succeeded', reference: 'pi_off', amount: eur('1190') }])
      await chargeDueInvoice(using(calls), { invoice_id: invoice.id, attempt: 1 })
      assert.deepEqual([calls.asked.length, await stateOf(invoice.id)], [0, 'issued'])
      await clean()
    })

    test('money of an agreement that is matched to nothing waits, and is booked once it is', async () => {
      const { bill, keep, match, took, paymentsOf, gateway } = await open()
      const invoice = await bill()
      await took('pi_d', '1190', 1)
      assert.deepEqual(await paymentsOf(), [])
      means.business.advance(1)
      await reconcileBooks(means)
      const found = (await db.all<{ id: string; kind: string }>(sql`
        select d.id, d.kind from discrepancies d join webhook_events w on w.id = d.subject_id where w.instance_id = ${gateway.id} and d.status = 'open'`))!
      assert.deepEqual(
        found.map(({ kind }) => kind),
        ['unknown_transaction'],
      )
      await match((await keep())!)
      const reference = (await db.get<{ reference: string }>(
        sql`select reference from agreements where instance_id = ${gateway.id}`,
      ))!.reference
      await repairDiscrepancy(using(scriptedGateway([])), { discrepancy_id: found[0]!.id }, actor)
      const fact = { fact: 'agreement_payment', agreement: reference, reference: 'pi_d', amount: eur('1190') }
      const job = means.jobs.of('billing.webhook').at(-1) as { id: string }
      await handleWebhook(using(scriptedGateway([{ facts: [fact] }])), job)
      assert.equal(await stateOf(invoice.id), 'paid')
      await clean()
    })

    test('what was paid to us and then charged by the gateway is found, and goes back once', async () => {
      const { bill, keep, match, took, service } = await open()
      const invoice = await bill()
      await match((await keep())!)
      await recordPayment(
        using(scriptedGateway([])),
        { invoice_id: invoice.id, amount_minor: '1190', reference: `cash ${invoice.id}` },
        actor,
      )
      await took('pi_e')
      await reconcileBooks(means)
      const rows = await db.all<{ id: string; kind: string; amount_minor: bigint }>(
        sql`select id, kind, amount_minor from discrepancies where client_id = ${service.client_id} and status = 'open'`,
      )
      assert.deepEqual(
        rows.map(({ kind, amount_minor }) => [kind, amount_minor]),
        [['charged_by_agreement', 1_190n]],
      )
      const refunding = using(scriptedGateway([{ outcome: 'succeeded', reference: 're_e' }]))
      const repair = () => codeOf(repairDiscrepancy(refunding, { discrepancy_id: rows[0]!.id }, actor))
      assert.deepEqual([await repair(), await repair()], ['done', 'state.illegal'])
      assert.equal(await creditBalance(db, service.client_id, 'EUR'), 0n)
      await clean()
    })

    test('an agreement is ended by one act; a refusal leaves it as it is', async () => {
      const { keep, gateway } = await open()
      const row = (await keep())!
      const end = (plugins: PluginCalls) =>
        codeOf(cancelAgreement(using(plugins), { agreement_id: row.id }, staff))
      const refused = { outcome: 'failed', kind: 'permanent', code: 'refused', message: 'No.' }
      assert.equal(await end(scriptedGateway([refused])), 'agreement.kept')
      assert.equal(await end(scriptedGateway([new Error('gone')])), 'agreement.kept')
      const status = async () =>
        (
          await db.get<{ status: string }>(
            sql`select status from agreements where instance_id = ${gateway.id}`,
          )
        )?.status
      assert.equal(await status(), 'live')
      const good = scriptedGateway([{ outcome: 'done' }])
      assert.deepEqual([await end(good), await end(good)], ['done', 'state.illegal'])
      assert.deepEqual(good.asked[0]?.input, {
        ...{ idempotency_key: `agreement/${row.id}/cancel`, agreement: row.reference },
      })
      assert.equal(await status(), 'ended')
      // A late reading that still saw it alive is put right by the next one.
      await keep()
      await keep({ status: 'ended' })
      assert.equal(await status(), 'ended')
    })

    test('services are suggested by the client’s id, address and sum, and nobody else’s can be chosen', async () => {
      const { keep, match, service, gateway, brand } = await open()
      const email = (await db.get<{ email: string }>(
        sql`select email from clients where id = ${service.client_id}`,
      ))!.email
      const whys = async (more: Partial<Agreement>) => {
        const found = await suggestServices(db, (await keep(more))!, staff)
        return found.filter(({ id }) => id === service.id).map(({ why }) => why)
      }
      assert.deepEqual(await whys({ email: 'other@client.example' }), ['sum'])
      assert.deepEqual(await whys({ email: email.toUpperCase(), amount: eur('1') }), ['email'])
      await db.insert('gateway_customers', [
        {
          ...{ client_id: service.client_id, instance_id: gateway.id, reference: 'cus_1' },
          created_at: means.business.now(),
        },
      ])
      assert.deepEqual(await whys({ email, customer: 'cus_1', amount: eur('1') }), ['customer'])
      const row = (await keep({ amount: { minor: '1', currency: 'USD' } }))!
      assert.equal(await codeOf(match(row)), 'invoice.wrong_currency')
      const euro = (await keep())!
      assert.equal(await codeOf(match(euro, 'svc_none')), 'record.not_found')
      const owner = clientActor(service.client_id)
      const other = await makeBuyer(means)
      await db.run(sql`update plugin_instances set brand_id = ${other.brand.id} where id = ${gateway.id}`)
      assert.equal(await codeOf(match(euro)), 'input.invalid')
      assert.deepEqual(await whys({}), [])
      await db.run(sql`update plugin_instances set brand_id = null where id = ${gateway.id}`)
      const input = { agreement_id: euro.id, service_id: service.id }
      assert.equal(await codeOf(matchAgreement(means, input, owner)), 'actor.forbidden')
      await match(euro)
      assert.deepEqual(await whys({}), [])
      assert.equal((await match(euro, null)).service_id, null)
      await keep({ status: 'ended' })
      assert.equal(await codeOf(match(euro)), 'input.invalid')
      assert.ok(brand.id)
    })
  })
