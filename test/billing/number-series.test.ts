import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { changeNumberSeries, creditInvoice, listNumberSeries, verifyBooks } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate, type Actor } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer } from './support.ts'

for (const engine of engines) {
  describe(`number series (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    let buyer: Awaited<ReturnType<typeof makeBuyer>>
    beforeEach(async () => {
      means.business.set('2026-01-15T10:00:00.000Z')
      buyer = await makeBuyer(means)
    })
    const change = (more: object, who: Actor = staff) =>
      changeNumberSeries(means, { brand_id: buyer.brand.id, kind: 'invoice', year: 2026, ...more }, who)
    const next = async () => (await issue(means, draft(buyer.client))).number
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])

    test('change only once the password was given again', async () => {
      const since = { ...staff, confirmedAt: null }
      await assert.rejects(change({ head: 'KH-{year}-' }, since), { code: 'session.confirmation_needed' })
      assert.equal((await next())!.startsWith('KH-'), false)
    })

    test('look as a brand wants, from its first number on, and the next year the same', async () => {
      await change({ head: 'KH/{yy}/', digits: 3, first_number: 501 })
      assert.deepEqual([await next(), await next()], ['KH/26/501', 'KH/26/502'])
      await clean()
      means.business.set('2027-02-01T10:00:00.000Z')
      assert.equal(await next(), 'KH/27/001')
      await clean()
      const rows = (await listNumberSeries(means, {}, staff)).filter((row) => row.brand_id === buyer.brand.id)
      assert.deepEqual(
        rows.map((row) => [row.year, row.head, row.next_number]),
        [
          [2027, 'KH/{yy}/', 2],
          [2026, 'KH/{yy}/', 503],
        ],
      )
    })

    test('begin again with the financial year, and bear its name', async () => {
      means.business.set('2026-03-30T10:00:00.000Z')
      await change({ year: 2025, head: 'A/{FY}/', first_month: 4, digits: 4, first_number: 211 })
      assert.deepEqual([await next(), await next()], ['A/2025-26/0211', 'A/2025-26/0212'])
      means.business.set('2026-03-31T20:00:00.000Z')
      assert.equal(await next(), 'A/2025-26/0213', 'the last day of the year, in the zone of the brand')
      means.business.set('2026-04-01T10:00:00.000Z')
      assert.equal(await next(), 'A/2026-27/0001')
      means.business.set('2027-01-01T10:00:00.000Z')
      assert.equal(await next(), 'A/2026-27/0002', 'the first of January is a day as any other')
      await clean()
      means.business.set('2027-04-01T10:00:00.000Z')
      assert.equal(await next(), 'A/2027-28/0001')
      await clean()
    })

    test('keep the calendar year that has begun until another year begins', async () => {
      assert.equal(await next(), 'INV-2026-00001')
      await assert.rejects(change({ head: 'A{FY}-', first_month: 4 }), { code: 'number_series.in_use' })
      // The financial year that today is in began before a series that has numbers already.
      await assert.rejects(change({ year: 2025, head: 'A{FY}-', first_month: 4 }), {
        code: 'number_series.in_use',
      })
      await change({ year: 2027, head: 'A{FY}-', first_month: 4 })
      means.business.set('2027-03-31T10:00:00.000Z')
      assert.equal(await next(), 'INV-2026-00002')
      means.business.set('2027-04-01T10:00:00.000Z')
      assert.equal(await next(), 'A2027-28-00001')
      await change({ year: 2028, head: 'B{FY}-', first_month: 1 })
      means.business.set('2028-01-01T10:00:00.000Z')
      assert.equal(await next(), 'B2028-00001')
      await clean()
    })

    test('have years that are over by the month with which they begin', async () => {
      const over = (more: object) => assert.rejects(change(more), { code: 'input.invalid' })
      await over({ year: 2025, head: 'A{FY}-' })
      await over({ year: 2025, head: 'A{FY}-', first_month: 1 })
      await over({ year: 2024, head: 'A{FY}-', first_month: 4 })
      await change({ year: 2025, head: 'A{FY}-', first_month: 2 })
      assert.equal(await next(), 'A2025-26-00001')
    })

    test('of tax documents of a seller in India have 16 characters at most', async () => {
      await db.run(sql`update sellers set country = 'IN' where id = ${buyer.brand.seller_id}`)
      const india = { year: 2025, first_month: 4 }
      await assert.rejects(change({ ...india, head: 'INV/{FY}/', digits: 5 }), (error: Error) => {
        assert.match(error.message, /17 characters.*IN.*at most 16.*Shorten it, or take fewer digits/)
        return true
      })
      await assert.rejects(change({ ...india, kind: 'credit_note', head: 'CREDIT/{FY}/', digits: 3 }))
      await change({ ...india, head: 'INV/{FY}/', digits: 4 })
      await change({ ...india, kind: 'quote', head: 'QUOTATION/{FY}/', digits: 4 })
      assert.equal(await next(), 'INV/2025-26/0001')
      await db.run(sql`update sellers set country = 'DE' where id = ${buyer.brand.seller_id}`)
      await change({ ...india, kind: 'receipt', head: 'RECEIPTS/{FY}/', digits: 6 })
    })

    test('are by kind and brand', async () => {
      const other = await makeBrand(means, { seller_id: buyer.brand.seller_id })
      const client = await makeClient(means, { brand_id: other.id })
      await change({ brand_id: other.id, head: 'B{year}-' })
      await change({ kind: 'credit_note', head: 'GS-{year}-' })
      const { id, number } = await issue(means, draft(buyer.client))
      const note = await creditInvoice(means, { invoice_id: id, reason: 'Wrong' }, staff)
      const theirs = await issue(means, draft(client))
      assert.deepEqual(
        [number, note.number, theirs.number],
        ['INV-2026-00001', 'GS-2026-00001', 'B2026-00001'],
      )
      await clean()
    })

    test('change no more once a document has a number, and never for a year that is over', async () => {
      await next()
      await assert.rejects(change({ head: 'NEW-{year}-' }), { code: 'number_series.in_use', status: 409 })
      await change({ year: 2027, head: 'NEW-{year}-' })
      assert.equal(await next(), 'INV-2026-00002')
      means.business.set('2027-01-10T10:00:00.000Z')
      assert.equal(await next(), 'NEW-2027-00001')
      await assert.rejects(change({ head: 'OLD-{year}-' }), { code: 'input.invalid' })
      await clean()
    })

    test('never make the same number twice', async () => {
      const refused = (more: object) => assert.rejects(change(more), { code: 'number_series.head_taken' })
      await refused({ head: 'CN-{year}-' })
      await change({ kind: 'credit_note', head: 'A{year}-' })
      await refused({ head: 'A{year}-' })
      await refused({ head: 'A{year}-1' })
      const other = await makeBrand(means, { seller_id: buyer.brand.seller_id })
      await refused({ brand_id: other.id, head: 'A{year}-' })
      await change({ head: 'B{year}-' })
      assert.equal(await next(), 'B2026-00001')
    })

    test('are changed by whoever may, in a way that counts', async () => {
      const invalid = (more: object) => assert.rejects(change(more), { code: 'input.invalid' })
      await invalid({ head: 'INV-' })
      await invalid({ head: 'IN V-{year}' })
      await invalid({ head: '{year}-', digits: 11 })
      await assert.rejects(change({ head: '{year}-' }, staffActor(['number_series.list'])), {
        code: 'actor.forbidden',
      })
      await assert.rejects(change({ head: '{year}-' }, { ...staffActor(), brandIds: ['brd_other'] }), {
        code: 'record.not_found',
      })
      const told = await db.all(
        sql`select id from audit where action = 'number_series.change' and brand_id = ${buyer.brand.id}`,
      )
      assert.deepEqual(told, [])
      await change({ head: '{year}-' })
      assert.equal(await next(), '2026-00001')
    })
  })
}
