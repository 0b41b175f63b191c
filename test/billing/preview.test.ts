import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billToday,
  overrideSetting,
  previewBilling,
  previewClient,
  sumPreview,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { makeBuyer } from './support.ts'

const FIRST = isoDate('2026-01-15')
const DAYS = 75

for (const engine of engines) {
  describe(`a preview of ${DAYS} days (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: `${FIRST}T06:00:00.000Z` })
    const deps = billingDeps(means)
    const staff = staffActor()
    const { brand } = await makeBuyer(means)
    const elsewhere = await makeBrand(means, { zone: 'Pacific/Auckland', seller_id: brand.seller_id })
    await makeServices(means, brand, { clients: 8, perClient: 2, nextPeriodOn: '2026-01-20' })
    await makeServices(means, elsewhere, { clients: 1, perClient: 1, nextPeriodOn: '2026-01-20' })
    const services = await db.all<{ id: string; client_id: string; product_id: string }>(
      sql`select id, client_id, product_id from services where brand_id = ${brand.id} order by client_id, id`,
    )
    const of = (n: number) => services[n * 2]!
    const change = (n: number, set: ReturnType<typeof sql>) =>
      db.run(sql`update services set ${set} where id = ${of(n).id}`)
    await change(1, sql`cycle = '7d'`)
    await change(2, sql`cycle = '1d'`)
    // Five weeks and more behind: no run takes more than three periods at once.
    await change(3, sql`cycle = '7d', anchor_on = '2025-12-01', next_period_on = '2025-12-01'`)
    await change(4, sql`cancel_on = '2026-02-20', billing_status = 'ending'`)
    const now = means.business.now()
    const terms = {
      kind: 'percent',
      status: 'active',
      product_ids: '[]',
      percent_ppm: 500_000,
      version: 1,
      created_at: now,
      updated_at: now,
    }
    await db.insert('coupons', [{ id: 'cpn_half', brand_id: brand.id, code: 'HALF', ...terms }])
    await change(5, sql`coupon_id = 'cpn_half', coupon_cycles_left = 2`)
    await db.run(sql`update clients set separate_invoices = 1 where id = ${of(6).client_id}`)
    await overrideSetting(
      means,
      { key: 'billing.lead_days', scope: 'client', scope_id: of(7).client_id, value: 20 },
      staff,
    )
    for (const { id } of [brand, elsewhere])
      for (const key of ['billing.suspend_after', 'billing.terminate_after'])
        await overrideSetting(means, { key, scope: 'brand', scope_id: id, value: 120 }, staff)
    // The tax rises on 1 March: documents of that day on bear the new rate.
    await db.run(sql`update tax_rules set ends_on = '2026-03-01'`)
    const risen = await db.get<{ id: string }>(sql`select * from tax_rules limit 1`)
    await db.insert('tax_rules', [
      { ...risen!, id: 'tax_new', rate_ppm: 250_000, starts_on: '2026-03-01', ends_on: null },
    ])

    type Line = [client: string, issued: string, due: string, total: bigint]
    const sorted = (lines: Line[]) => lines.map((line) => line.join(' ')).sort()
    let foreseen: string[]
    let foreseenOfClient: string[]

    test('lets what waits for its turn go first, chunk by chunk', async () => {
      let turns = 0
      let isOpen = true
      const turn = () => {
        turns++
        if (isOpen) setImmediate(turn)
      }
      setImmediate(turn)
      await sumPreview(means, deps, { days: DAYS })
      isOpen = false
      // A chunk for the zone of each brand.
      assert.ok(turns >= 2, `${turns} turns`)
    })

    test('writes nothing and shows every period', async () => {
      const preview = await previewBilling(means, deps, { days: DAYS })
      foreseen = sorted(
        preview.invoices.map((row): Line => [row.clientId, row.issuesOn, row.dueOn, row.totalMinor]),
      )
      assert.equal((await db.all(sql`select id from invoices`)).length, 0)
      assert.deepEqual(
        [...preview.invoices].sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0)),
        preview.invoices,
      )
      const { sums, problems } = await sumPreview(means, deps, { days: DAYS })
      assert.equal(problems, preview.problems.length)
      const added = new Map<string, [number, bigint]>()
      for (const { issuesOn, totalMinor } of preview.invoices) {
        const [count, minor] = added.get(issuesOn) ?? [0, 0n]
        added.set(issuesOn, [count + 1, minor + totalMinor])
      }
      assert.deepEqual(
        sums.map((sum) => [sum.issuesOn, [sum.invoices, sum.totalMinor]]),
        [...added].sort(([a], [b]) => (a < b ? -1 : 1)),
      )
      const query = { clientId: of(1).client_id, today: FIRST, days: DAYS }
      foreseenOfClient = sorted(
        (await previewClient(means, deps.sources, query)).map((row): Line => [
          row.clientId,
          row.issuesOn,
          row.dueOn,
          row.totalMinor,
        ]),
      )
    })

    test('is what the runs of these days then issue, to the day and the cent', async () => {
      for (let day = 0; day <= DAYS; day++) {
        means.business.set(`${addDays(FIRST, day)}T06:00:00.000Z`)
        await billToday(deps)
      }
      const issued = await db.all<{
        client_id: string
        issued_on: string
        due_on: string
        total_minor: bigint
      }>(sql`select client_id, issued_on, due_on, total_minor from invoices order by id`)
      const lines = issued.map((row): Line => [row.client_id, row.issued_on, row.due_on, row.total_minor])
      assert.ok(lines.length > 100)
      assert.deepEqual(foreseen, sorted(lines))
      const due = lines.filter(
        ([client, , dueOn]) => client === of(1).client_id && dueOn <= addDays(FIRST, DAYS),
      )
      assert.deepEqual(foreseenOfClient, sorted(due))
    })
  })
}
