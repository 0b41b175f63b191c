import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billDay,
  eachByItself,
  expireCredit,
  expireGiftCards,
  grantCredit,
  issueGiftCard,
  overrideSetting,
} from '../../core/billing/index.ts'
import { DatabaseUnavailable, sql, type Db, type Queries, type Sql, type Trx } from '../../core/db/index.ts'
import { addDays, isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, makeStaff, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway } from './support.ts'

const staff = staffActor()

/** A database in which nothing can be written about a record to a table, or to any, but that it failed. */
function failingOn(db: Db, id: string, only = ''): Db {
  const refuse = (to: string, written: unknown) => {
    if (
      !to.includes(only) ||
      /automated_acts|audit/.test(to) ||
      !JSON.stringify(written, jsonOf).includes(id)
    )
      return
    throw new Error('its row is broken')
  }
  const isWrite = ({ text }: Sql) => !/^\s*select/.test(text)
  const guarded = (trx: Trx): Trx =>
    Object.assign(Object.create(trx) as Trx, {
      all: (of: Sql) => (isWrite(of) && refuse(of.text, of.values), trx.all(of)),
      run: (of: Sql) => (refuse(of.text, of.values), trx.run(of)),
      insert: (to: string, rows: Parameters<Queries['insert']>[1]) => (
        refuse(to, rows),
        trx.insert(to, rows)
      ),
    })
  return Object.assign(Object.create(db) as Db, {
    transaction: (work: (trx: Trx) => Promise<unknown>, how?: Parameters<Db['transaction']>[1]) =>
      db.transaction((trx) => work(guarded(trx)), how),
  })
}

const jsonOf = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)

for (const engine of engines)
  describe(`daily steps over several records (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const day = isoDate('2026-01-15')
    let buyer: Awaited<ReturnType<typeof makeBuyer>>
    await makeStaff(means, { permissions: ['billing.preview'] })
    beforeEach(async () => {
      means.jobs.entered.length = 0
      buyer = await makeBuyer(means)
    })
    const daily = { refusal: 'thing.do_refused', failure: 'thing.do_failed', actor }
    const failures = (action: string) =>
      db.all<{ subject: string; reason: string }>(
        sql`select subject, reason from audit where action = ${action} order by subject`,
      )
    const mails = () =>
      (means.jobs.of('mail.send') as { template: string; data: { about: string; problem: string } }[])
        .filter(({ template }) => template === 'step-failed')
        .map(({ data }) => [data.about, data.problem])

    test('are done together, and each by itself when one fails, which is told once a day', async () => {
      const calls: string[][] = []
      const act = (_: Trx, ids: readonly string[]) => {
        calls.push([...ids])
        if (ids.includes('b')) throw new Error('b is broken')
        return Promise.resolve(ids.length)
      }
      assert.equal(await eachByItself(means, { ...daily, ids: ['a', 'b', 'c'] }, act), 2)
      assert.deepEqual(calls, [['a', 'b', 'c'], ['a'], ['b'], ['c']])
      assert.equal(await eachByItself(means, { ...daily, ids: ['b'] }, act), 0)
      const noted = (await failures('thing.do_failed')).map((row) => ({ ...row }))
      assert.deepEqual(noted, [{ subject: 'b', reason: 'b is broken' }])
      assert.deepEqual(mails(), [['b', 'b is broken']])
      means.business.advance(1)
      await eachByItself(means, { ...daily, ids: ['b'] }, act)
      assert.equal(mails().length, 2)
      means.business.advance(-1)
    })

    test('end with a database that is away', async () => {
      const away = DatabaseUnavailable({ reason: 'gone' })
      const act = () => Promise.reject(away)
      await assert.rejects(eachByItself(means, { ...daily, ids: ['a', 'b'] }, act), away)
    })

    test('expire credit of others when that of one fails', async () => {
      const give = async () => {
        const client = await makeClient(means, { brand_id: buyer.brand.id })
        const { id } = await grantCredit(
          means,
          {
            ...{ client_id: client.id, amount_minor: '500', origin: 'promotional', reason: 'Spring' },
            expires_on: addDays(day, 1),
          },
          staff,
        )
        return id
      }
      const ids = [await give(), await give(), await give()]
      const broken = { ...means, db: failingOn(db, ids[1]!) }
      const of = { on: addDays(day, 1), brandIds: [buyer.brand.id] }
      assert.equal(await expireCredit(broken, of, actor), 2)
      assert.deepEqual(
        (await failures('credit.expire_failed')).map(({ subject }) => subject),
        [ids[1]],
      )
      assert.equal(await expireCredit(means, of, actor), 1)
    })

    test('expire gift cards of others when one fails', async () => {
      const expires_on = addDays(day, 1)
      const wish = {
        brand_id: buyer.brand.id,
        currency: 'EUR',
        amount_minor: '500',
        expires_on,
      }
      const ids = [(await issueGiftCard(means, wish, staff)).id, (await issueGiftCard(means, wish, staff)).id]
      means.business.advance(2)
      assert.equal(await expireGiftCards({ ...means, db: failingOn(db, ids[0]!) }), 1)
      assert.equal(await expireGiftCards(means), 1)
      means.business.advance(-2)
    })

    test('charge late fees of others, and go on with the day, when one document fails', async () => {
      const { brand, client } = buyer
      const value = {
        kind: 'fixed',
        amount: { EUR: '5.00' },
        grace_days: 1,
        every_days: 0,
        times: 1,
        tax_class: 'standard',
      }
      await overrideSetting(
        means,
        { key: 'billing.late_fee', scope: 'brand', scope_id: brand.id, value },
        staff,
      )
      const dueOn = isoDate('2026-01-14')
      const bills = [
        await issue(means, draft(client, { dueOn })),
        await issue(means, draft(client, { dueOn })),
      ]
      const deps = (of: TestMeans) => billingDeps(of)
      await billDay(deps({ ...means, db: failingOn(db, bills[0]!.id, 'late_fees') }), day)
      const charged = () =>
        db.all<{ document_id: string }>(sql`select document_id from late_fees where client_id = ${client.id}`)
      assert.deepEqual(
        (await charged()).map((row) => row.document_id),
        [bills[1]!.id],
      )
      assert.equal((await failures('late_fee.charge_failed')).length, 1)
    })

    const billed = async (of: TestMeans) => {
      means.jobs.entered.length = 0
      return billDay(billingDeps(of), day)
    }

    test('remind others of a batch, and charge them, when one document fails', async () => {
      const { client } = buyer
      const dueOn = isoDate('2026-01-14')
      const bills: { id: string }[] = []
      for (let n = 0; n < 3; n++) bills.push(await issue(means, draft(client, { dueOn })))
      const [first, broken, last] = bills.map(({ id }) => id)
      await db.run(sql`update clients set auto_charge = 1 where id = ${client.id}`)
      await keepCard(means, client)
      await billed({ ...means, db: failingOn(db, broken!, 'reminders') })
      const reminded = await db.all<{ document_id: string }>(
        sql`select document_id from reminders where client_id = ${client.id} order by document_id`,
      )
      assert.deepEqual(
        reminded.map(({ document_id }) => document_id),
        [first, last],
      )
      const [noted] = await failures('invoice.remind_failed')
      assert.equal(noted!.subject, broken)
      const charged = await db.all<{ subject: string }>(
        sql`select subject from automated_acts where task = 'charge' and subject in (${first!}, ${broken!}, ${last!}) order by subject`,
      )
      assert.equal(charged.length, 3)
      await billed(means)
      const after = await db.all(sql`select 1 as one from reminders where client_id = ${client.id}`)
      assert.equal(after.length, 3)
      await db.run(sql`update invoices set status = 'void' where client_id = ${client.id}`)
    })

    test('leave out a step of a zone that throws: the others go on, and so do the other zones', async () => {
      const second = await makeBuyer(means)
      await db.run(sql`update brands set zone = 'Asia/Tokyo' where id = ${second.brand.id}`)
      const dueOn = isoDate('2026-01-14')
      for (const { client } of [buyer, second]) await issue(means, draft(client, { dueOn }))
      await db.run(sql`delete from automated_acts where task = 'billing.day'`)
      const deps = billingDeps(means)
      const services: typeof deps.services = {
        ...deps.services,
        endCancelled: (of) =>
          of.brandIds?.includes(second.brand.id)
            ? deps.services.endCancelled(of)
            : Promise.reject(new Error('an index is broken')),
      }
      const report = await billDay({ ...deps, services }, day)
      assert.deepEqual([report.status, report.reminders], ['failed', 2])
      const [noted, ...more] = await failures('billing.step_failed')
      assert.deepEqual([more, noted!.reason], [[], 'an index is broken'])
      assert.match(noted!.subject, / end_cancelled$/)
      const done = () =>
        db.all<{ subject: string }>(
          sql`select subject from automated_acts where task = 'billing.day' order by subject`,
        )
      assert.deepEqual(
        (await done()).map(({ subject }) => subject),
        ['Asia/Tokyo'],
      )
      assert.equal((await billDay(deps, day)).status, 'completed')
      assert.equal((await done()).length, 2)
    })

    test('suspend nobody on a day on which nobody could be charged', async () => {
      const { client } = buyer
      const { id } = await issue(means, draft(client, { dueOn: isoDate('2026-01-14') }))
      const value = {
        kind: 'fixed',
        amount: { EUR: '5.00' },
        grace_days: 1,
        every_days: 0,
        times: 1,
        tax_class: 'standard',
      }
      const fee = { key: 'billing.late_fee', scope: 'brand', scope_id: buyer.brand.id, value }
      await overrideSetting(means, fee, staff)
      const refuses = Object.assign(Object.create(db) as Db, {
        all: (of: Sql) =>
          of.text.includes('payment_methods m where m.client_id = c.id')
            ? Promise.reject(new Error('no methods'))
            : db.all(of),
      })
      await billed({ ...means, db: refuses })
      const fees = () => db.all(sql`select 1 as one from late_fees where document_id = ${id}`)
      assert.equal((await fees()).length, 0)
      await billed(means)
      assert.equal((await fees()).length, 1)
    })
  })

/** A method that charges may be entered for. */
async function keepCard(means: TestMeans, client: { id: string }): Promise<void> {
  const { id: instance_id } = await makeGateway(means)
  const at = means.business.now()
  await means.db.insert('payment_methods', [
    {
      ...{ id: means.newId('mth'), client_id: client.id, instance_id },
      ...{ reference: 'card', label: 'Card', kind: 'card', preferred: 1 },
      ...{ consent_at: at, created_at: at, updated_at: at },
    },
  ])
}
