import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { words } from '../../core/app/wire/words.ts'
import {
  billDay,
  billingConsumers,
  billingJobs,
  chargeDueInvoice,
  chargeMethod,
  getInvoice,
  handleWebhook,
  keepMethod,
  receiveWebhook,
  verifyBooks,
  type DocumentMeans,
  type Payments,
  type PluginCalls,
} from '../../core/billing/index.ts'
import { list, sql } from '../../core/db/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import { addDays, isoDate, type IsoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const DUE = isoDate('2026-01-20')

for (const engine of engines) {
  describe(`debits (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const deps = billingDeps(means)
    const gateway = await makeGateway(means)
    const { brand } = await makeBuyer(means)
    const using = (plugins: PluginCalls): Payments & DocumentMeans => ({
      ...{ ...means, plugins },
      translator: (locale) => words().translator(locale),
    })
    let count = 0
    beforeEach(async () => {
      means.business.set('2026-01-15T10:00:00.000Z')
      await db.run(sql`update clients set auto_charge = 0`)
    })

    /** A client with a service, a saved account and an invoice for the service that is due. */
    const debtor = async () => {
      const n = ++count
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2027-01-01' })
      const service = (await db.get<{ id: string; client_id: string }>(
        sql`select id, client_id from services order by id desc limit 1`,
      ))!
      const clientId = service.client_id
      await db.run(sql`update clients set auto_charge = 1, zone = 'Europe/Berlin' where id = ${clientId}`)
      const reference = `pm_${engine}_${n}`
      const method = {
        reference,
        kind: 'sepa_debit',
        label: 'SEPA debit ·3000',
        last4: '3000',
        mandate: `M-${n}`,
      }
      await db.transaction((trx) => keepMethod(means, trx, { clientId, instanceId: gateway.id, method }))
      const [line] = draft({ id: clientId, brand_id: brand.id, currency: 'EUR' }).lines
      const lines = [{ ...line!, sourceId: service.id }]
      const client = { id: clientId, brand_id: brand.id, currency: 'EUR' }
      const { id } = await issue(means, draft(client, { lines }))
      return { id, clientId, serviceId: service.id, method: reference, reference: `pi_${n}` }
    }
    type Debtor = Awaited<ReturnType<typeof debtor>>

    const bill = async (on: IsoDate, answers: object[] = []) => {
      means.business.set(`${on}T09:00:00.000Z`)
      means.jobs.entered.length = 0
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await billDay(deps, on)
      const jobs = means.jobs.of('billing.charge') as { invoice_id: string; attempt: number }[]
      const script = scriptedGateway(answers)
      for (const job of jobs) await chargeDueInvoice(using(script), job)
      return script.asked.length
    }
    const days = async (from: IsoDate, until: IsoDate, answers: Record<string, object> = {}) => {
      const charged: IsoDate[] = []
      for (let on = from; on < until; on = addDays(on, 1))
        if ((await bill(on, on in answers ? [answers[on]!] : [])) > 0) charged.push(on)
      return charged
    }
    /** The client pays by the saved account, and the bank takes its time. */
    const startedByClient = async (of: { invoiceId: string; reference: string; clientId: string }) => {
      const method = (await db.get<{ id: string }>(
        sql`select id from payment_methods where client_id = ${of.clientId}`,
      ))!
      const wish = { invoice_id: of.invoiceId, method_id: method.id, once: of.reference }
      const answer = { outcome: 'pending', reference: of.reference }
      await chargeMethod(using(scriptedGateway([answer])), wish, actor)
    }
    /** What the gateway tells by its webhook, `copies` times. */
    const tell = async (facts: object[], copies = 1) => {
      const event = { instanceId: gateway.id, headers: {}, body: '{}', address: '127.0.0.1' }
      for (let i = 0; i < copies; i++) {
        means.jobs.entered.length = 0
        const eventKey = `evt_${++count}`
        await receiveWebhook(means, event, { verdict: 'accepted', verified: true, eventKey })
        const [job] = means.jobs.of('billing.webhook') as { id: string }[]
        await handleWebhook(using(scriptedGateway([{ facts }])), job!)
      }
    }
    const paymentsOf = ({ id }: Debtor) =>
      db.all<{ id: string; status: string; pending_since: string | null; returned_on: string | null }>(
        sql`select id, status, pending_since, returned_on from payments where invoice_id = ${id} order by id`,
      )
    const pending = (of: Debtor) => ({ outcome: 'pending', reference: of.reference })
    const fact = async (of: Debtor, result: object) => ({
      ...{ fact: 'payment', payment_id: (await paymentsOf(of)).at(-1)!.id },
      result: { reference: of.reference, ...result },
    })
    const amount = { minor: '1190', currency: 'EUR' }
    const succeeded = { outcome: 'succeeded', amount }
    const declined = (code: string, retry: string) => ({
      ...{ outcome: 'declined', code, retry, message: 'The bank said no.' },
    })
    const reminders = async ({ id }: Debtor) =>
      (
        await db.all<{ step: string }>(
          sql`select step from reminders where document_id = ${id} order by step`,
        )
      )
        .map(({ step }) => step)
        .filter((step) => step.startsWith('overdue'))
    const isSuspended = async ({ serviceId }: Debtor) =>
      (await db.all(sql`select * from service_holds where service_id = ${serviceId}`)).length > 0
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    /** Runs the consumer over what has happened about these subjects and answers the mails. */
    const mails = async (name: string, subjects: readonly string[]) => {
      means.jobs.entered.length = 0
      const consumer = billingConsumers(means).find((one) => one.name === name)!
      const events = await db.all<Omit<StoredEvent, 'body'> & { body: string }>(sql`
        select * from events where subject in (${list(subjects)}) and type in (${list(consumer.types ?? [])}) order by id`)
      for (const event of events)
        await db.transaction((trx) =>
          consumer.handle(trx, { ...event, body: JSON.parse(event.body) as never }),
        )
      return means.jobs.of('mail.send') as { template: string; data: Record<string, unknown> }[]
    }

    test('while the money is under way nobody is reminded or suspended, and it pays once', async () => {
      const of = await debtor()
      await bill(DUE, [pending(of)])
      assert.deepEqual(await days(addDays(DUE, 1), addDays(DUE, 15)), [], 'nothing is charged beside it')
      assert.deepEqual(await reminders(of), [])
      assert.equal(await isSuspended(of), false)
      const [payment] = await paymentsOf(of)
      assert.deepEqual([payment?.status, payment?.pending_since], ['pending', `${DUE}T09:00:00.000Z`])
      await tell([await fact(of, { outcome: 'pending' })])
      assert.equal((await paymentsOf(of))[0]?.pending_since, `${DUE}T09:00:00.000Z`, 'since the first word')
      await tell([await fact(of, succeeded)], 3)
      const invoice = await getInvoice(db, of.id, actor)
      assert.deepEqual([invoice.status, invoice.allocated_minor], ['paid', 1_190n])
      await clean()
    })

    test('a debit that fails days later is dunned from then on and tried again by the gaps of the plan', async () => {
      const of = await debtor()
      await bill(DUE, [pending(of)])
      await days(addDays(DUE, 1), addDays(DUE, 10))
      means.business.set(`${addDays(DUE, 10)}T08:00:00.000Z`)
      await tell([await fact(of, declined('insufficient_funds', 'later'))], 2)
      const [first] = await paymentsOf(of)
      assert.deepEqual([first?.status, first?.returned_on], ['declined', addDays(DUE, 10)])
      const [mail] = await mails('billing.payment_mails', [first!.id])
      assert.deepEqual([mail?.template, mail?.data['retry_on']], ['payment-failed', addDays(DUE, 12)])

      const again = { [addDays(DUE, 12)]: { ...pending(of), reference: `${of.reference}b` } }
      assert.deepEqual(await days(addDays(DUE, 10), addDays(DUE, 20), again), [addDays(DUE, 12)])
      means.business.set(`${addDays(DUE, 20)}T08:00:00.000Z`)
      await tell([{ ...(await fact(of, declined('insufficient_funds', 'later'))) }])
      const last = { [addDays(DUE, 23)]: { ...succeeded, reference: `${of.reference}c` } }
      assert.deepEqual(await days(addDays(DUE, 20), addDays(DUE, 40), last), [addDays(DUE, 23)])
      assert.deepEqual(
        (await paymentsOf(of)).map(({ status }) => status),
        ['declined', 'declined', 'succeeded'],
      )
      assert.equal(await isSuspended(of), false, 'neither return had used up the days of grace')
      await clean()
    })

    /**
     * Days after the due day. A try waits so many days for its bank and is returned, or is declined at once (0). Preset:
     * tries on day 0, 2 and 5, notices on 1, 3 and 7, suspension on 5, termination on 30.
     */
    const table: [string, { waits: number[]; tries: number[]; notices: number[]; ends: [number, number] }][] =
      [
        ['declined at once', { waits: [0, 0, 0], tries: [0, 2, 5], notices: [1, 3, 7], ends: [5, 30] }],
        ['returned on the due day', { waits: [-1], tries: [0, 2, 5], notices: [1, 3, 7], ends: [5, 30] }],
        ['returned next day', { waits: [1, 0, 0], tries: [0, 3, 6], notices: [2, 4, 8], ends: [6, 31] }],
        ['in the days of grace', { waits: [3, 0, 0], tries: [0, 5, 8], notices: [4, 6, 10], ends: [8, 33] }],
        ['after them', { waits: [10, 0, 0], tries: [0, 12, 15], notices: [11, 13, 17], ends: [15, 40] }],
        ['twice', { waits: [10, 8, 0], tries: [0, 12, 23], notices: [11, 21, 23, 27], ends: [25, 50] }],
        [
          'three times',
          { waits: [10, 8, 9], tries: [0, 12, 23], notices: [11, 21, 23, 33, 35, 39], ends: [37, 62] },
        ],
      ]
    for (const [name, { waits, tries, notices, ends }] of table)
      test(`tries, notices and grace count from the return: ${name}`, async () => {
        const of = await debtor()
        const back = new Map<IsoDate, object>()
        const seen = { tries: [] as number[], notices: [] as number[], ends: [] as number[] }
        let told = 0
        for (let day = 0; day <= 64; day++) {
          const on = addDays(DUE, day)
          means.business.set(`${on}T08:00:00.000Z`)
          if (back.has(on)) await tell([back.get(on)!], 2)
          const wait = waits[seen.tries.length] ?? 0
          const no = declined('insufficient_funds', 'later')
          const reference = `${of.reference}_${day}`
          const answer = wait === 0 ? { ...no, reference } : { outcome: 'pending', reference }
          if ((await bill(on, [answer])) > 0) {
            seen.tries.push(day)
            const fact = { fact: 'payment', payment_id: (await paymentsOf(of)).at(-1)!.id }
            const gone = { ...fact, result: { ...no, reference } }
            if (wait > 0) back.set(addDays(on, wait), gone)
            if (wait < 0) await tell([gone])
          }
          const steps = (await reminders(of)).length
          if (steps > told) seen.notices.push(day)
          told = steps
          const { ended } = (await db.get<{ ended: number }>(
            sql`select case when billing_status = 'ended' then 1 else 0 end as ended from services where id = ${of.serviceId}`,
          ))!
          if (seen.ends.length < 1 && (await isSuspended(of))) seen.ends.push(day)
          if (seen.ends.length === 1 && ended === 1) seen.ends.push(day)
        }
        assert.deepEqual(seen, { tries, notices, ends })
        await clean()
      })

    test('whoever lets one debit after another come back gains no more days', async () => {
      const of = await debtor()
      await db.run(sql`update clients set auto_charge = 0 where id = ${of.clientId}`)
      const came: (string | null)[] = []
      for (const day of [5, 10, 15, 20]) {
        means.business.set(`${addDays(DUE, day)}T08:00:00.000Z`)
        const reference = `${of.reference}_${day}`
        await startedByClient({ invoiceId: of.id, clientId: of.clientId, reference })
        await tell([await fact({ ...of, reference }, declined('insufficient_funds', 'later'))])
        came.push((await getInvoice(db, of.id, actor)).owed_on)
      }
      assert.deepEqual(
        came,
        [5, 10, 15, 15].map((day) => addDays(DUE, day)),
      )
    })

    test('a closed account is retired with its failure, and its client is told once', async () => {
      const of = await debtor()
      await bill(DUE, [pending(of)])
      await tell([await fact(of, declined('account_closed', 'new_method'))], 2)
      const method = await db.get<{ id: string; refused_code: string; mandate: string }>(
        sql`select id, refused_code, mandate from payment_methods where reference = ${of.method}`,
      )
      assert.equal(method?.refused_code, 'account_closed')
      const payments = await paymentsOf(of)
      assert.deepEqual(
        (
          await mails(
            'billing.payment_mails',
            payments.map(({ id }) => id),
          )
        ).map(({ template }) => template),
        ['method-refused'],
      )
      // What the gateway says of the mandate afterwards changes nothing and tells nobody again.
      await tell(
        [{ fact: 'method_refused', method: of.method, code: 'mandate_revoked', message: 'Gone.' }],
        2,
      )
      assert.deepEqual(await mails('billing.method_mails', [method!.id]), [])
      assert.deepEqual(await days(addDays(DUE, 1), addDays(DUE, 20)), [])
    })

    test('a revoked mandate retires the method between charges, and its client is told once', async () => {
      const of = await debtor()
      await tell(
        [{ fact: 'method_refused', method: of.method, code: 'mandate_revoked', message: 'Gone.' }],
        3,
      )
      await tell([
        { fact: 'method_refused', method: 'pm_unknown', code: 'mandate_revoked', message: 'Gone.' },
      ])
      const { id } = (await db.get<{ id: string }>(
        sql`select id from payment_methods where reference = ${of.method} and refused_code = 'mandate_revoked'`,
      ))!
      const told = await mails('billing.method_mails', [id])
      assert.deepEqual(
        told.map(({ template, data }) => [template, data['method'], data['reason']]),
        [['method-ended', 'SEPA debit ·3000', 'Gone.']],
      )
      assert.deepEqual(await days(DUE, addDays(DUE, 8)), [], 'it is charged no more')
      const audits = await db.all(
        sql`select subject from audit where subject = ${id} and action = 'method.refuse'`,
      )
      assert.equal(audits.length, 1)
    })

    test('what comes back after it was paid is claimed from the client once, and not debited again by itself', async () => {
      const of = await debtor()
      await bill(DUE, [pending(of)])
      await tell([await fact(of, succeeded)])
      const [payment] = await paymentsOf(of)
      const dispute = {
        ...{ fact: 'dispute', reference: `du_${of.reference}`, payment_id: payment!.id },
        ...{ payment_reference: of.reference, amount, status: 'lost', reason: 'debit_not_authorized' },
      }
      means.business.set(`${addDays(DUE, 30)}T08:00:00.000Z`)
      await tell([dispute], 3)
      await tell([await fact(of, succeeded)])
      const invoice = await getInvoice(db, of.id, actor)
      assert.deepEqual([invoice.status, invoice.allocated_minor], ['issued', 0n])
      const claims = await mails('billing.reopened_mails', [of.id])
      assert.deepEqual(
        claims.map(({ template, data }) => [
          template,
          data.returned,
          data.amount,
          data.due_on,
          data.expected_on,
        ]),
        [['invoice-overdue-1', true, amount, DUE, addDays(DUE, 30)]],
      )
      assert.deepEqual(await days(addDays(DUE, 30), addDays(DUE, 35)), [], 'not debited again by itself')
      assert.deepEqual(
        [await isSuspended(of), await reminders(of)],
        [false, ['overdue_1', 'overdue_2'].map((step) => `${step}/${addDays(DUE, 30)}`)],
      )
      assert.deepEqual(await days(addDays(DUE, 35), addDays(DUE, 45)), [])
      assert.equal(await isSuspended(of), true, 'its days of grace count from the day on which it went back')
      await clean()
    })

    test('money under way is asked about daily for weeks, should its message be lost', async () => {
      const of = await debtor()
      await bill(DUE, [pending(of)])
      const [payment] = await paymentsOf(of)
      for (let i = 0; i < 20; i++) {
        const ask = billingJobs(using(scriptedGateway([pending(of)])))['billing.check_payment']!
        await ask({ payment_id: payment!.id } as never, undefined as never)
      }
      const row = await db.get<{ status: string; checks: number }>(
        sql`select status, checks from payments where id = ${payment!.id}`,
      )
      assert.deepEqual(row, { status: 'pending', checks: 21 })
      const answer = { ...succeeded, reference: of.reference }
      const ask = billingJobs(using(scriptedGateway([answer])))['billing.check_payment']!
      await ask({ payment_id: payment!.id } as never, undefined as never)
      assert.equal((await getInvoice(db, of.id, actor)).status, 'paid')
      await clean()
    })

    test('whatever the order and however often: the money is booked once, and as the bank said', async () => {
      const word = fc.constantFrom('pending', 'succeeded', 'lost')
      await fc.assert(
        fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 7 }), async (told) => {
          const of = await debtor()
          means.business.set(`${DUE}T09:00:00.000Z`)
          await bill(DUE, [pending(of)])
          const [payment] = await paymentsOf(of)
          const facts: Record<string, object> = {
            pending: await fact(of, { outcome: 'pending' }),
            succeeded: await fact(of, succeeded),
            lost: {
              ...{ fact: 'dispute', reference: `du_${of.reference}`, payment_id: payment!.id },
              ...{ payment_reference: of.reference, amount, status: 'lost', reason: 'x' },
            },
          }
          // A plugin reads the object again: what was taken back had come before.
          for (const name of told)
            await tell(name === 'lost' ? [facts['succeeded']!, facts['lost']!] : [facts[name]!])
          const kinds = await db.all<{ kind: string }>(
            sql`select kind from transactions where payment_id = ${payment!.id} order by id`,
          )
          const came = told.some((name) => name !== 'pending')
          const gone = told.includes('lost')
          assert.deepEqual(
            kinds.map(({ kind }) => kind),
            [...(came ? ['payment'] : []), ...(gone ? ['dispute'] : [])],
          )
          assert.equal((await getInvoice(db, of.id, actor)).status, came && !gone ? 'paid' : 'issued')
        }),
        { numRuns: engine === 'sqlite' ? 15 : 5 },
      )
      await clean()
    })
  })
}
