import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import {
  billDay,
  chargeDueInvoice,
  chargeMany,
  setTopUp,
  topUpCredit,
  type Payments,
} from '../../core/billing/index.ts'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { keepMethod } from '../../core/billing/payments/keep-method.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { CheckRefused, CheckUnanswered, noHooks, type Hooks } from '../../core/records/index.ts'
import type { CheckQuestion } from '../../sdk/index.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const HOOK = 'payment.charge:check'
const about = { plugin: 'guard', hook: HOOK, subject: 'x' }

for (const engine of engines)
  describe(`charges of saved methods ask (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const asked: CheckQuestion[] = []
    let verdict: Awaited<ReturnType<Hooks['check']>> = { allowed: true }
    let heard = true
    const hooks: Hooks = {
      ...noHooks,
      listens: (name) => heard && name === HOOK,
      check: (question) => {
        asked.push(question)
        return Promise.resolve(verdict)
      },
    }
    const means = { ...testMeans(db), hooks }
    const { brand } = await makeBuyer(means)
    const gateway = await makeGateway(means)
    const using = (answers: readonly object[] = []): Payments => ({
      ...means,
      plugins: scriptedGateway(answers),
    })
    beforeEach(() => {
      asked.length = 0
      means.jobs.entered.length = 0
      verdict = { allowed: true }
      heard = true
    })
    const refused = { allowed: false as const, error: CheckRefused({ ...about, message: 'On holiday' }) }
    const silent = { allowed: false as const, error: CheckUnanswered(about) }

    const buyer = async () => {
      const client = await makeClient(means, { brand_id: brand.id })
      await db.transaction((trx) =>
        keepMethod(means, trx, {
          ...{ clientId: client.id, instanceId: gateway.id },
          method: { reference: `pm_${client.id}`, kind: 'card', label: 'Visa' },
        }),
      )
      const method = await db.get<{ id: string }>(
        sql`select id from payment_methods where client_id = ${client.id}`,
      )
      return { client, method: method!.id }
    }
    const bill = async (on: string, answers: readonly object[] = []) => {
      means.business.set(`${on}T09:00:00.000Z`)
      means.jobs.entered.length = 0
      await billDay(billingDeps(means), isoDate(on))
      for (const job of means.jobs.of('billing.charge') as { invoice_id: string; attempt: number }[])
        await chargeDueInvoice(using(answers), job)
    }
    const attempts = (clientId: string) =>
      db.all<{ status: string }>(sql`select status from payments where client_id = ${clientId} order by id`)
    const audited = (subject: string) =>
      db.all<{ action: string; reason: string }>(sql`
        select action, reason from audit where subject = ${subject} and action like '%refused' order by id`)
    const paid = (reference: string) => ({
      ...{ outcome: 'succeeded', reference, amount: { minor: '1190', currency: 'EUR' } },
    })

    test('an automatic charge that is refused stands at its document, and the next try asks again', async () => {
      const { client, method } = await buyer()
      const { id, number } = await issue(means, draft(client, { dueOn: isoDate('2026-01-20') }))
      verdict = refused
      await bill('2026-01-20')
      const noted = { action: 'invoice.charge_refused', reason: 'On holiday' }
      assert.deepEqual(await audited(id), [noted])
      const event = await db.get<{ body: string }>(
        sql`select body from events where type = 'invoice.charge_refused' and subject = ${id}`,
      )
      assert.deepEqual(JSON.parse(event!.body), { id, number, reason: 'On holiday' })
      assert.deepEqual(await attempts(client.id), [])
      assert.deepEqual(asked[0], {
        ...{ noun: 'payment', transition: 'charge', from: 'none', to: 'created', subject: client.id },
        ...{ brand_id: brand.id, client_id: client.id, actor_kind: 'system', reason: null },
        facts: {
          ...{ amount_minor: '1190', currency: 'EUR', invoice_ids: [id] },
          ...{ method_id: method, instance_id: gateway.id },
        },
      })
      await bill('2026-01-20')
      assert.equal(asked.length, 1, 'a day asks once')
      verdict = { allowed: true }
      await bill('2026-01-23', [paid('pi_1')])
      assert.deepEqual(await attempts(client.id), [{ status: 'succeeded' }])
      assert.deepEqual(await audited(id), [noted])
    })

    test('a plugin that must be asked and does not answer has the job come again, and nothing is charged', async () => {
      const { client } = await buyer()
      await issue(means, draft(client, { dueOn: isoDate('2026-02-20') }))
      verdict = silent
      await assert.rejects(bill('2026-02-20'), { code: 'hook.unanswered' })
      assert.deepEqual(await attempts(client.id), [])
      verdict = { allowed: true }
      const [job] = means.jobs.of('billing.charge') as { invoice_id: string; attempt: number }[]
      await chargeDueInvoice(using([paid('pi_2')]), job!)
      await chargeDueInvoice(using(), job!)
      assert.deepEqual(await attempts(client.id), [{ status: 'succeeded' }])
      assert.equal(asked.length, 2, 'a repeat of what went out asks nobody')
    })

    test('nobody is asked while no plugin wants to be', async () => {
      const { client } = await buyer()
      await issue(means, draft(client, { dueOn: isoDate('2026-03-20') }))
      heard = false
      verdict = refused
      await bill('2026-03-20', [paid('pi_3')])
      assert.deepEqual([asked, await attempts(client.id)], [[], [{ status: 'succeeded' }]])
    })

    test('several documents are one question, and a refusal leaves none of them charged', async () => {
      const { client, method } = await buyer()
      const [one, two] = [await issue(means, draft(client)), await issue(means, draft(client))]
      verdict = refused
      const wish = { invoice_ids: [one.id, two.id], method_id: method }
      await assert.rejects(chargeMany(using(), wish, staffActor()), { code: 'hook.refused' })
      assert.deepEqual(
        asked.map(({ facts, actor_kind }) => [actor_kind, facts.invoice_ids, facts.amount_minor]),
        [['staff', [one.id, two.id], '2380']],
      )
      assert.deepEqual(await attempts(client.id), [])
    })

    test('a refill that is refused stands at its client, and is not counted as a decline', async () => {
      const { client } = await buyer()
      const rules = { threshold_minor: '1000', amount_minor: '2000' }
      await setTopUp(means, { client_id: client.id, ...rules }, staffActor())
      verdict = refused
      await topUpCredit(using(), { client_id: client.id, on: isoDate('2026-04-01') })
      assert.deepEqual(await audited(client.id), [{ action: 'credit.top_up_refused', reason: 'On holiday' }])
      assert.deepEqual(await attempts(client.id), [])
      const row = await db.get<{ failures: number; paused_at: string | null }>(
        sql`select failures, paused_at from credit_top_ups where client_id = ${client.id}`,
      )
      assert.deepEqual(row, { failures: 0, paused_at: null })
      assert.deepEqual(asked[0]?.facts.invoice_ids, [])
    })
  })
