import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billToday,
  overrideSetting,
  previewBilling,
  readPreview,
  type Preview,
} from '../../core/billing/index.ts'
import { sql, type Db, type Sql } from '../../core/db/index.ts'
import { addDays, isoDate, type Actor } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { makeBuyer, makeMethod } from './support.ts'

const FIRST = isoDate('2026-01-15')

const Wish = fc.record({
  cycle: fc.constantFrom('7d', '1m', '3m'),
  next: fc.integer({ min: -3, max: 40 }),
  grace: fc.option(fc.integer({ min: 0, max: 20 })),
  terminate: fc.option(fc.integer({ min: 1, max: 30 })),
  spared: fc.option(fc.integer({ min: -5, max: 40 }), { freq: 4 }),
  cancel: fc.option(fc.integer({ min: 1, max: 50 }), { freq: 4 }),
  periods: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 3 }),
  pays: fc.boolean(),
  isApart: fc.boolean(),
})
type Wish = typeof Wish extends fc.Arbitrary<infer T> ? T : never

const Rules = fc.record({
  before: fc.uniqueArray(fc.integer({ min: 0, max: 10 }), { maxLength: 2 }),
  after: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
  retries: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }),
  lead: fc.integer({ min: 0, max: 20 }),
  fee: fc.boolean(),
  restsSuspended: fc.boolean(),
})

const World = fc.record({
  wishes: fc.array(Wish, { minLength: 4, maxLength: 4 }),
  rules: Rules,
  /** Days that are run before the look ahead: documents that exist. */
  history: fc.integer({ min: 0, max: 25 }),
  days: fc.integer({ min: 1, max: 45 }),
})

for (const engine of engines) {
  describe(`what the next days will bring (${engine})`, async () => {
    test('is what the runs of these days then do, over random shops that nobody pays', async () => {
      const runs = { numRuns: engine === 'sqlite' ? 20 : 6, seed: 18 }
      await fc.assert(
        fc.asyncProperty(World, async ({ wishes, rules, history, days }) => {
          const { db, remove } = await makeDatabase(engine)
          try {
            const means = testMeans(db, { now: `${FIRST}T06:00:00.000Z` })
            await makeShop(means, wishes, rules)
            const deps = billingDeps(means)
            await runDays(means, { from: 0, to: history - 1 })
            means.business.set(`${addDays(FIRST, history)}T06:00:00.000Z`)
            const before = await done(means, 0)
            const preview = await previewBilling(means, deps, { days })
            assert.deepEqual(await done(means, 0), before, 'it writes nothing')
            await runDays(means, { from: history, to: history + days })
            assert.deepEqual(foreseen(preview), await done(means, history))
          } finally {
            await remove()
          }
        }),
        runs,
      )
    })
  })
}

const STATEMENTS_A_CHUNK = 11

for (const engine of engines) {
  describe(`whose next days are looked at (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: `${FIRST}T06:00:00.000Z` })
    const { brand } = await makeBuyer(means)
    const elsewhere = await makeBrand(means, { zone: 'Pacific/Auckland', seller_id: brand.seller_id })
    await makeServices(means, brand, { clients: 3, perClient: 1, nextPeriodOn: '2026-01-20' })
    await makeServices(means, elsewhere, { clients: 2, perClient: 1, nextPeriodOn: '2026-01-20' })
    const clients = await db.all<{ id: string; brand_id: string }>(
      sql`select c.id, c.brand_id from clients c where exists (select 1 from services s where s.client_id = c.id) order by id`,
    )
    const staffOf = (brandIds: string[]) => ({ ...staffActor(['billing.preview']), brandIds })
    const seenBy = async (actor: Actor, of: object = {}) => {
      const { invoices, mails, suspensions, terminations } = await readPreview(
        billingDeps(means),
        { days: 60, ...of },
        actor,
      )
      const ids = new Set([...invoices, ...mails, ...suspensions, ...terminations].map((row) => row.clientId))
      return [...ids].sort()
    }
    const of = (id: string) => clients.filter((client) => client.brand_id === id).map((client) => client.id)

    test('staff of all brands see all, one brand or one client', async () => {
      const all = staffActor()
      assert.deepEqual(await seenBy(all), clients.map(({ id }) => id).sort())
      assert.deepEqual(await seenBy(all, { brand_id: elsewhere.id }), of(elsewhere.id))
      assert.deepEqual(await seenBy(all, { client_id: clients[0]!.id }), [clients[0]!.id])
      const other = { client_id: of(brand.id)[0], brand_id: elsewhere.id }
      assert.deepEqual(await seenBy(all, other), [])
    })

    test('staff of one brand see theirs, and others as if they did not exist', async () => {
      const staff = staffOf([brand.id])
      assert.deepEqual(await seenBy(staff), of(brand.id))
      assert.deepEqual(await seenBy(staff, { brand_id: brand.id }), of(brand.id))
      const unknown = { code: 'record.not_found' }
      await assert.rejects(seenBy(staff, { brand_id: elsewhere.id }), unknown)
      await assert.rejects(seenBy(staff, { client_id: of(elsewhere.id)[0] }), unknown)
      assert.deepEqual(await seenBy(staffOf([])), [])
    })

    test('a chunk of clients costs so many statements, whatever is ahead of them', async () => {
      let statements = 0
      const read =
        <R>(of: (statement: Sql) => Promise<R>) =>
        (statement: Sql) => {
          statements++
          return of.call(db, statement)
        }
      const counting: Db = Object.assign(Object.create(db) as Db, { all: read(db.all), get: read(db.get) })
      const counted = { ...means, db: counting }
      await previewBilling(counted, billingDeps(counted), { days: 60, brandIds: [brand.id] })
      // Settings and zones once, the clients of the chunk, then what is theirs.
      assert.ok(statements <= 3 + STATEMENTS_A_CHUNK, `${statements} statements`)
      const few = statements
      await makeServices(means, brand, { clients: 60, perClient: 3, nextPeriodOn: '2026-01-10' })
      statements = 0
      await previewBilling(counted, billingDeps(counted), { days: 200, brandIds: [brand.id] })
      assert.ok(statements <= few + 1, `${statements} statements instead of ${few}`)
    })
  })
}

async function runDays(means: TestMeans, { from, to }: { from: number; to: number }) {
  for (let day = from; day <= to; day++) {
    means.business.set(`${addDays(FIRST, day)}T06:00:00.000Z`)
    await billToday(billingDeps(means))
  }
}

async function makeShop(
  means: TestMeans,
  wishes: readonly Wish[],
  rules: typeof Rules extends fc.Arbitrary<infer T> ? T : never,
) {
  const { db } = means
  const { brand } = await makeBuyer(means)
  await makeServices(means, brand, { clients: wishes.length, perClient: 1, nextPeriodOn: '2026-01-20' })
  const services = await db.all<{ id: string; client_id: string }>(
    sql`select id, client_id from services order by id`,
  )
  for (const [i, wish] of wishes.entries()) {
    const { id, client_id } = services[i]!
    const on = (days: number | null) => (days === null ? null : addDays(FIRST, days))
    await db.run(sql`
      update services set cycle = ${wish.cycle}, anchor_on = ${on(wish.next)}, next_period_on = ${on(wish.next)}, grace_days = ${wish.grace},
        terminate_days = ${wish.terminate}, suspend_after = ${on(wish.spared)}, periods_left = ${wish.periods}, cancel_on = ${on(wish.cancel)},
        billing_status = ${wish.cancel === null ? 'active' : 'ending'} where id = ${id}`)
    await db.run(
      sql`update clients set auto_charge = ${wish.pays ? 1 : 0}, separate_invoices = ${wish.isApart ? 1 : 0} where id = ${client_id}`,
    )
    if (wish.pays) await makeMethod(means, client_id)
  }
  // Two services of one client share a document.
  await db.run(sql`update services set client_id = ${services[0]!.client_id} where id = ${services[1]!.id}`)
  const set = (key: string, value: unknown) =>
    overrideSetting(means, { key, scope: 'brand', scope_id: brand.id, value }, staffActor())
  await set('billing.remind_before', rules.before)
  await set('billing.remind_after', rules.after)
  await set('billing.charge_retries', rules.retries)
  await set('billing.lead_days', rules.lead)
  await set('services.invoice_suspended', !rules.restsSuspended)
  const fee = {
    kind: 'fixed',
    amount: { [brand.currency]: '5' },
    grace_days: 2,
    every_days: 6,
    times: 2,
    tax_class: 'none',
  }
  if (rules.fee) await set('billing.late_fee', fee)
}

type Facts = Record<string, string[]>

const facts = (of: Facts): Facts =>
  Object.fromEntries(Object.entries(of).map(([name, lines]) => [name, lines.toSorted()]))

const foreseen = (preview: Preview): Facts =>
  facts({
    invoices: [...preview.invoices, ...preview.lateFees].map(
      ({ clientId, issuesOn, dueOn, totalMinor }) => `${clientId} ${issuesOn} ${dueOn} ${totalMinor}`,
    ),
    charges: preview.charges.map(({ clientId, on, dueOn, step }) => `${clientId} ${on} ${dueOn} ${step}`),
    reminders: preview.mails
      .filter(({ template }) => /^invoice-(reminder|overdue)/.test(template))
      .map(({ clientId, on, template }) => `${clientId} ${on} ${template}`),
    terms: preview.mails
      .filter(({ template }) => template === 'service-term-ends')
      .map(({ clientId, on }) => `${clientId} ${on}`),
    suspensions: preview.suspensions.map(({ id, on }) => `${id} ${on}`),
    ended: [...preview.terminations, ...preview.endings].map(({ id, on }) => `${id} ${on}`),
  })

/** What runs have done from a day on. */
async function done({ db }: TestMeans, sinceDay: number): Promise<Facts> {
  const since = addDays(FIRST, sinceDay)
  const lines = async (statement: ReturnType<typeof sql>) =>
    (await db.all<{ line: string }>(statement)).map(({ line }) => line)
  return facts({
    invoices: await lines(sql`
      select client_id || ' ' || issued_on || ' ' || due_on || ' ' || total_minor as line from invoices where issued_on >= ${since}`),
    charges: await lines(sql`
      select i.client_id || ' ' || substr(a.acted_at, 1, 10) || ' ' || i.due_on || ' ' || a.period as line from automated_acts a
      join invoices i on i.id = a.subject where a.task = 'charge' and a.acted_at >= ${since}`),
    reminders: await lines(sql`
      select client_id || ' ' || substr(sent_at, 1, 10) || ' ' || case when step like 'before%' then 'invoice-reminder' else 'invoice-' || replace(step, '_', '-') end as line
      from reminders where sent_at >= ${since}`),
    terms: await lines(sql`
      select s.client_id || ' ' || substr(a.acted_at, 1, 10) as line from automated_acts a join services s on s.id = a.subject
      where a.task = 'services.announce_end' and a.acted_at >= ${since}`),
    suspensions: await lines(sql`
      select service_id || ' ' || substr(placed_at, 1, 10) as line from service_holds where reason = 'overdue' and placed_at >= ${since}`),
    ended: await lines(sql`select id || ' ' || ended_on as line from services where ended_on >= ${since}`),
  })
}
