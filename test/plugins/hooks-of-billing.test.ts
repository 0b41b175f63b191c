import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { billDay, previewBilling, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadWritten } from './support/setup.ts'

/** A fee, after it a tenth of what stands there as a discount, and two that refuse the first that they see. */
const plugins = await Promise.all([
  loadWritten('surcharge', {
    code: `export default { shape: () => ({
      'invoice.lines:shape': async (draft) => ({
        add: [{ kind: 'fee', description: 'Energy', amount_minor: draft.currency === 'EUR' ? '100' : '0' }],
      }),
    }) }`,
    manifest: { kinds: {}, hooks: [{ name: 'invoice.lines:shape', stage: 'early' }] },
  }),
  loadWritten('rebate', {
    code: `export default { shape: () => ({
      'invoice.lines:shape': async (draft) => {
        const sum = draft.lines.reduce((all, line) => all + Number(line.amount_minor), 0)
        return { add: [{ kind: 'discount', description: 'A tenth', amount_minor: String(-Math.floor(sum / 10)) }] }
      },
    }) }`,
    manifest: { kinds: {}, hooks: ['invoice.lines:shape'] },
  }),
  loadWritten('guard', {
    code: `let refused
    export default { check: (context) => ({
      'invoice.issue:check': async ({ client_id, facts }) => {
        refused ??= client_id
        return client_id === refused && facts.origin === 'renewal'
          ? { allow: false, message: 'This client is in court' } : { allow: true }
      },
    }) }`,
    manifest: { kinds: {}, hooks: ['invoice.issue:check'], limits: { isolates: 1 } },
  }),
  loadWritten('keeper', {
    code: `let kept
    export default { check: () => ({
      'service.hold:check': async ({ subject, facts }) => {
        kept ??= subject
        return subject === kept && facts.hold === 'overdue' ? { allow: false, message: 'Not this one' } : { allow: true }
      },
    }) }`,
    manifest: { kinds: {}, hooks: ['service.hold:check'], limits: { isolates: 1 } },
  }),
])

for (const engine of engines) {
  describe(`plugins in a billing run on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const { hooks, close } = await openHookHouse(db, plugins)
    after(async () => {
      close()
      await remove()
    })
    const means = { ...testMeans(db, { now: '2026-01-15T06:00:00.000Z' }), hooks }
    const { brand } = await makeBuyer(means)
    await makeServices(means, brand, { clients: 6, perClient: 1, nextPeriodOn: '2026-01-20' })
    const deps = billingDeps(means)

    test('fees and discounts are handed on, taxed, previewed as they are issued, and the books add up', async () => {
      const preview = await previewBilling(means, deps, { today: isoDate('2026-01-15'), days: 0 })
      assert.deepEqual(
        preview.invoices[0]!.lines.map((line) => line.amountMinor),
        // 5.99, one of fee, and a tenth of both.
        [599n, 100n, -69n],
      )
      await billDay(deps, isoDate('2026-01-15'))
      const invoices = await db.all<{ subtotal_minor: bigint; tax_minor: bigint; total_minor: bigint }>(
        sql`select subtotal_minor, tax_minor, total_minor from invoices`,
      )
      assert.equal(invoices.length, 5)
      assert.ok(invoices.every(({ subtotal_minor: net, tax_minor: tax }) => net === 630n && tax === 120n))
      assert.deepEqual(preview.invoices[0]!.totalMinor, invoices[0]!.total_minor)
      assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
    })

    test('a client whose document a plugin refuses stands alone and is shown to staff with the reason', async () => {
      const parked = await db.all<{ reason: string }>(sql`select reason from parked_clients`)
      assert.deepEqual(parked, [{ reason: 'This client is in court' }])
    })

    test('one refused suspension leaves the others suspended, and is noted', async () => {
      means.business.set('2026-02-01T06:00:00.000Z')
      await billDay(deps, isoDate('2026-02-01'))
      const held = await db.all(sql`select service_id from service_holds where reason = 'overdue'`)
      const noted = await db.all<{ reason: string }>(
        sql`select reason from audit where action = 'service.hold_refused'`,
      )
      assert.deepEqual([held.length, noted], [4, [{ reason: 'Not this one' }]])
    })
  })
}
