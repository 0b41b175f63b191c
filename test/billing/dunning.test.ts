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
  overrideSetting,
  recoveryRate,
  reportRecovery,
  verifyBooks,
  type DocumentMeans,
  type Payments,
  type PluginCalls,
} from '../../core/billing/index.ts'
import { list, sql } from '../../core/db/index.ts'
import { addDays, BerthError, isoDate, type Instant } from '../../core/kernel/index.ts'
import { keepMethod } from '../../core/billing/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const FIRST = isoDate('2026-01-20')
const MAY_HAVE = new BerthError('plugin.timeout', 504, 'no answer', { params: { outcome_unknown: true } })

for (const engine of engines) {
  describe(`dunning (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const deps = billingDeps(means)
    const gateway = await makeGateway(means)
    const staff = staffActor()
    const using = (plugins: PluginCalls): Payments & DocumentMeans => ({
      ...{ ...means, plugins },
      translator: (locale) => words().translator(locale),
    })
    const { brand } = await makeBuyer(means)

    beforeEach(async () => {
      means.business.set('2026-01-15T10:00:00.000Z')
      means.jobs.entered.length = 0
      await db.run(sql`delete from settings`)
      await db.run(sql`delete from timers`)
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      await db.run(sql`update clients set auto_charge = 0`)
    })

    const saveCard = (clientId: string, reference: string) =>
      db.transaction((trx) =>
        keepMethod(means, trx, {
          ...{ clientId, instanceId: gateway.id },
          method: { reference, kind: 'card', label: `Visa ${reference}` },
        }),
      )
    const buyer = async ({ id } = brand, zone = 'Europe/Berlin') => {
      const client = await makeClient(means, { brand_id: id })
      await db.run(sql`update clients set zone = ${zone} where id = ${client.id}`)
      await saveCard(client.id, `pm_${client.id}`)
      return client
    }
    const decline = (retry: string, code = 'some_code') => ({
      ...{ outcome: 'declined', code, retry },
      message: 'The bank said no.',
    })
    const paid = (reference: string) => ({
      ...{ outcome: 'succeeded', reference },
      amount: { minor: '1190', currency: 'EUR' },
    })
    const bill = async (on: string, plugins: PluginCalls = scriptedGateway([])) => {
      means.business.set(`${on}T09:00:00.000Z`)
      means.jobs.entered.length = 0
      await billDay(deps, isoDate(on))
      for (const job of means.jobs.of('billing.charge') as { invoice_id: string; attempt: number }[])
        await chargeDueInvoice(using(plugins), job)
    }
    const attempts = (invoiceId: string) =>
      db.all<{ status: string; effect_key: string }>(
        sql`select status, effect_key from payments where invoice_id = ${invoiceId} order by id`,
      )
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])

    test('a soft decline is repeated by the plan, each step once', async () => {
      const client = await buyer()
      const { id } = await issue(means, draft(client))
      const script = scriptedGateway([decline('later'), decline('later'), paid(`pi_${id}`)])
      for (let on = FIRST; on <= isoDate('2026-01-30'); on = addDays(on, 1)) {
        await bill(on, script)
        await bill(on, script)
      }
      assert.deepEqual(
        (await attempts(id)).map((row) => [row.status, row.effect_key]),
        [
          ['declined', `charge/${id}/try_1`],
          ['declined', `charge/${id}/try_2`],
          ['succeeded', `charge/${id}/try_3`],
        ],
      )
      await clean()
    })

    test('a hard decline ends the method for every document until it is saved anew', async () => {
      const client = await buyer()
      const [one, two] = [await issue(means, draft(client)), await issue(means, draft(client))]
      const script = scriptedGateway([decline('new_method', 'expired_card')])
      for (let on = FIRST; on <= isoDate('2026-01-24'); on = addDays(on, 1)) await bill(on, script)
      assert.equal((await attempts(one.id)).length + (await attempts(two.id)).length, 1)
      const [method] = await db.all<{ refused_code: string; preferred: number }>(
        sql`select refused_code, preferred from payment_methods where client_id = ${client.id}`,
      )
      assert.deepEqual(method, { refused_code: 'expired_card', preferred: 1 })

      await saveCard(client.id, `new_${client.id}`)
      const methods = await db.all<{ reference: string; preferred: number }>(
        sql`select reference, preferred from payment_methods where client_id = ${client.id} order by id`,
      )
      assert.deepEqual(methods, [
        { reference: `pm_${client.id}`, preferred: 0 },
        { reference: `new_${client.id}`, preferred: 1 },
      ])
      await bill('2026-01-25', scriptedGateway([paid(`a_${one.id}`), paid(`a_${two.id}`)]))
      assert.deepEqual(
        (
          await db.all<{ status: string }>(sql`select status from invoices where client_id = ${client.id}`)
        ).map((row) => row.status),
        ['paid', 'paid'],
      )
      await clean()
    })

    test('what needs the client is not charged again, and the method stays good for other documents', async () => {
      const client = await buyer()
      const { id } = await issue(means, draft(client))
      for (let on = FIRST; on <= isoDate('2026-01-30'); on = addDays(on, 1))
        await bill(on, scriptedGateway([decline('client')]))
      assert.equal((await attempts(id)).length, 1)
      means.business.set('2026-01-15T10:00:00.000Z')
      const other = await issue(means, draft(client, { dueOn: isoDate('2026-02-03') }))
      await bill('2026-02-03', scriptedGateway([paid(`n_${other.id}`)]))
      assert.deepEqual(
        (await attempts(other.id)).map((row) => row.status),
        ['succeeded'],
      )
    })

    test('while a bank waits for its holder, no second attempt goes out', async () => {
      const client = await buyer()
      const { id } = await issue(means, draft(client))
      const page = { outcome: 'needs_client', reference: 'pi_3ds', url: 'https://bank.example/3ds' }
      for (let on = FIRST; on <= isoDate('2026-01-30'); on = addDays(on, 1))
        await bill(on, scriptedGateway([page]))
      assert.deepEqual(
        (await attempts(id)).map((row) => row.status),
        ['needs_client'],
      )
    })

    test('an attempt without an answer is asked about before anything else', async () => {
      const client = await buyer()
      const { id } = await issue(means, draft(client))
      await bill(FIRST, scriptedGateway([MAY_HAVE]))
      await bill('2026-01-22', scriptedGateway([]))
      const [lost] = await db.all<{ id: string; status: string }>(
        sql`select id, status from payments where invoice_id = ${id}`,
      )
      assert.equal(lost!.status, 'unknown')
      const ask = scriptedGateway([decline('later')])
      await billingJobs(using(ask))['billing.check_payment']!(
        { payment_id: lost!.id } as never,
        undefined as never,
      )
      assert.equal(ask.asked[0]!.operation, 'look_up')
      await bill('2026-01-25', scriptedGateway([paid(`u_${id}`)]))
      assert.deepEqual(
        (await attempts(id)).map((row) => row.status),
        ['declined', 'succeeded'],
      )
      await clean()
    })

    test('a product has a plan of its own, a client before it', async () => {
      await makeServices(means, brand, { clients: 2, perClient: 1, nextPeriodOn: '2027-01-31' })
      const sold = await db.all<{ id: string; client_id: string; product_id: string }>(
        sql`select id, client_id, product_id from services where brand_id = ${brand.id} order by id desc limit 2`,
      )
      const [one, two] = sold
      const set = (scope: 'product' | 'client', scope_id: string, value: number[]) =>
        overrideSetting(means, { key: 'billing.charge_retries', scope, scope_id, value }, staff)
      await set('product', one!.product_id, [1, 3, 4])
      await set('client', two!.client_id, [])
      const ids: string[] = []
      for (const service of sold) {
        const client = (await db.get<{ id: string; brand_id: string; currency: string }>(
          sql`select * from clients where id = ${service.client_id}`,
        ))!
        await db.run(sql`update clients set auto_charge = 1 where id = ${client.id}`)
        await saveCard(client.id, `pm_${client.id}`)
        const of = draft(client)
        const invoice = await issue(means, {
          ...of,
          lines: of.lines.map((line) => ({ ...line, sourceId: service.id })),
        })
        ids.push(invoice.id)
      }
      const script = scriptedGateway(Array.from({ length: 20 }, () => decline('later')))
      for (let on = FIRST; on <= isoDate('2026-02-02'); on = addDays(on, 1)) await bill(on, script)
      assert.deepEqual(
        [(await attempts(ids[0]!)).length, (await attempts(ids[1]!)).length],
        [4, 1],
        'the due day and three more; the due day alone',
      )
    })

    test('in quiet hours charges and notices wait for the morning of the client', async () => {
      const awake = await buyer(brand, 'Asia/Jakarta')
      const asleep = await buyer()
      await db.insert(
        'settings',
        [
          ['billing.quiet_from', '21'],
          ['billing.quiet_until', '8'],
        ].map(([key, value]) => ({
          ...{ scope: 'installation', scope_id: '', key: key!, value: value! },
          ...{ updated_by: 'usr_staff', updated_at: means.business.now() },
        })),
      )
      const ids: string[] = []
      for (const client of [awake, asleep]) ids.push((await issue(means, draft(client))).id)
      means.business.set('2026-01-20T01:00:00.000Z')
      means.jobs.entered.length = 0
      await billDay(deps, FIRST)
      const entered = means.jobs.of('billing.charge') as { invoice_id: string }[]
      assert.deepEqual(
        entered.map((job) => job.invoice_id).filter((id) => ids.includes(id)),
        [ids[0]],
      )
      const timers = await db.all<{ due_at: string; task: string }>(
        sql`select due_at, task from timers where timer_key = ${`day/charge/${ids[1]!}`}`,
      )
      assert.deepEqual(timers, [{ due_at: '2026-01-20T07:00:00.000Z', task: 'billing.charge' }])
      await db.run(sql`update clients set auto_charge = 0 where id = ${asleep.id}`)
      await chargeDueInvoice(using(scriptedGateway([])), { invoice_id: ids[1]!, attempt: 1 })
      assert.equal((await attempts(ids[1]!)).length, 0, 'what was forbidden during the night is not done')
      await billDay(deps, isoDate('2026-01-20'))
      const again = await db.all(sql`select id from timers where task = 'billing.charge'`)
      assert.equal(again.length, 1)
    })

    describe('mails', () => {
      const told = async (answer: object) => {
        const client = await buyer()
        const { id } = await issue(means, draft(client))
        await bill(FIRST, scriptedGateway([answer]))
        means.jobs.entered.length = 0
        const consumer = billingConsumers(means).find(({ name }) => name === 'billing.payment_mails')!
        const events = await db.all<Omit<StoredEvent, 'body'> & { body: string }>(sql`
          select e.* from events e join payments p on p.id = e.subject where p.invoice_id = ${id} and e.type in (${list(consumer.types ?? [])}) order by e.id`)
        for (const event of events)
          await db.transaction((trx) =>
            consumer.handle(trx, { ...event, body: JSON.parse(event.body) as never }),
          )
        const mails = means.jobs.of('mail.send') as {
          template: string
          data: { url: string; retry_on?: string | null }
        }[]
        return mails.map(({ template, data }) => [
          template,
          data.url.replace(id, ':id'),
          data.retry_on ?? null,
        ])
      }

      test('a soft decline says when it is tried again', async () =>
        assert.deepEqual(await told(decline('later')), [
          ['payment-failed', '/portal/invoices/:id', '2026-01-22'],
        ]))
      test('a hard one asks for another method', async () =>
        assert.deepEqual(await told(decline('new_method')), [
          ['method-refused', '/portal/payment-methods', null],
        ]))
      test('one that needs the client leads to where it is confirmed', async () =>
        assert.deepEqual(await told(decline('client')), [
          ['payment-needs-client', '/portal/invoices/:id/pay', null],
        ]))
    })

    test('the report says what failed at first and what of it came back, by month, and whose it is', async () => {
      const other = (await makeBuyer(means)).brand
      const clients = [await buyer(other), await buyer(other), await buyer(other)]
      const ids: string[] = []
      for (const client of clients) ids.push((await issue(means, draft(client))).id)
      const script = scriptedGateway([
        ...[decline('later'), decline('later'), decline('new_method')],
        ...[paid(`back_${ids[0]!}`), decline('later'), decline('later')],
      ])
      for (let on = FIRST; on <= isoDate('2026-01-28'); on = addDays(on, 1)) await bill(on, script)
      const [row, ...others] = await reportRecovery(means, { brand_id: other.id }, staff)
      assert.deepEqual(others, [])
      assert.deepEqual(row, {
        ...{ month: '2026-01', currency: 'EUR', documents: 3, recovered_documents: 1 },
        ...{ failed_minor: 3_570n, recovered_minor: 1_190n },
      })
      assert.equal(recoveryRate(row!), 333_333)
      const foreign = { ...staff, brandIds: ['brd_other'] as readonly string[] }
      assert.deepEqual(await reportRecovery(means, {}, foreign), [])
      await assert.rejects(reportRecovery(means, {}, staffActor(['invoice.read'])), {
        code: 'actor.forbidden',
      })
      await db.run(
        sql`update dunning_cases set window_ends_at = ${'2026-01-21T00:00:00.000Z' as Instant} where brand_id = ${other.id}`,
      )
      assert.equal(
        (await reportRecovery(means, { brand_id: other.id }, staff))[0]!.recovered_minor,
        0n,
        'too late to count',
      )
    })

    test('whatever gateways answer: never two live attempts, never more tries than the plan has', async () => {
      const answer = fc.constantFrom(
        'later',
        'client',
        'new_method',
        'never',
        'lost',
        'down',
        'pending',
        'paid',
      )
      const acts = fc.array(fc.record({ answer, twice: fc.boolean(), ask: fc.boolean() }), {
        ...{ minLength: 14, maxLength: 14 },
      })
      const plans = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 })
      let run = 0
      const answerOf = (what: string, n: number): object | Error => {
        if (what === 'lost') return MAY_HAVE
        if (what === 'down')
          return new BerthError('plugin.busy', 503, 'busy', { params: { outcome_unknown: false } })
        if (what === 'pending') return { outcome: 'pending', reference: `p_${run}_${n}` }
        return what === 'paid' ? paid(`ok_${run}_${n}`) : decline(what)
      }
      await fc.assert(
        fc.asyncProperty(plans, acts, async (plan, days) => {
          run += 1
          await db.run(sql`update clients set auto_charge = 0`)
          await db.run(sql`delete from settings`)
          means.business.set('2026-01-15T10:00:00.000Z')
          const client = await buyer()
          const set = { key: 'billing.charge_retries', scope: 'client', scope_id: client.id, value: plan }
          await overrideSetting(means, set, staff)
          const { id } = await issue(means, draft(client))
          const ask = billingJobs(using(scriptedGateway([{ outcome: 'absent' }])))['billing.check_payment']!
          for (const [n, day] of days.entries()) {
            const on = addDays(FIRST, n)
            const rounds = day.twice ? 2 : 1
            for (let i = 0; i < rounds; i++)
              await bill(on, scriptedGateway([answerOf(day.answer, n)])).catch((error: unknown) =>
                assert.equal((error as BerthError).code, 'gateway.failed'),
              )
            const live = await db.all<{ id: string }>(sql`
              select id from payments where invoice_id = ${id} and status in ('created', 'needs_client', 'pending', 'authorised', 'unknown')`)
            assert.ok(live.length <= 1, `${live.length} live attempts`)
            if (day.ask && live[0]) await ask({ payment_id: live[0].id } as never, undefined as never)
          }
          const made = await attempts(id)
          assert.ok(made.length <= plan.length + 1, `${made.length} tries of ${plan.length + 1}`)
          assert.ok(made.filter(({ status }) => status === 'succeeded').length <= 1)
          const hard = made.findIndex(({ status }) => status === 'succeeded')
          assert.ok(hard < 0 || hard === made.length - 1, 'nothing is tried after the money has come')
        }),
        { numRuns: engine === 'sqlite' ? 40 : 8 },
      )
      await clean()
    })
  })
}
