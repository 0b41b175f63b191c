import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  changeDraft,
  createDraft,
  discardDraft,
  getInvoice,
  issueDraft,
  verifyBooks,
  type InvoiceRow,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeBuyer } from './support.ts'

const staff = staffActor()
const line = (unit_minor: string, quantity = 1) => ({
  description: 'Migration by hand',
  quantity,
  unit_minor,
  tax_class: 'standard',
})

for (const engine of engines)
  describe(`drafts of staff on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    let client: { id: string }

    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      client = (await makeBuyer(means)).client
    })
    after(() => database.remove())

    const begin = () =>
      createDraft(
        means,
        { client_id: client.id, due_on: '2026-02-01', lines: [line('5000', 2), line('-1000')] },
        staff,
      )

    it('has sums but no number, no charge and no journal', async () => {
      const invoice = await getInvoice(means.db, await begin(), staff)
      assert.equal(invoice.status, 'draft')
      assert.equal(invoice.number, null)
      assert.equal(invoice.subtotal_minor, 9_000n)
      assert.equal(invoice.tax_minor, 1_710n)
      assert.equal(invoice.total_minor, 10_710n)
      assert.deepEqual(
        invoice.lines.map((one) => one.charge_id),
        [null, null],
      )
      assert.deepEqual(await means.db.all(sql`select id from journals where source_id = ${invoice.id}`), [])
    })

    it('is replaced by a change and refuses one made from an older version', async () => {
      const id = await begin()
      const change = {
        invoice_id: id,
        version: 1,
        due_on: '2026-03-01',
        notes: 'Thank you',
        lines: [line('700')],
      }
      await changeDraft(means, change, staff)
      const invoice = await getInvoice(means.db, id, staff)
      assert.equal(invoice.total_minor, 833n)
      assert.equal(invoice.due_on, '2026-03-01')
      assert.equal(invoice.notes, 'Thank you')
      assert.equal(invoice.lines.length, 1)
      await assert.rejects(changeDraft(means, change, staff), { code: 'record.changed' })
    })

    it('becomes a document under the same id, with number, ledger and frozen content', async () => {
      const id = await begin()
      const issued = await issueDraft(means, { invoice_id: id }, staff)
      assert.equal(issued.id, id)
      assert.match(issued.number ?? '', /^INV-2026-\d{5}$/)
      assert.equal(issued.status, 'issued')
      assert.equal(issued.total_minor, 10_710n)
      assert.deepEqual(await verifyBooks(means.db, isoDate('2026-01-15')), [])
      const again = { invoice_id: id, due_on: '2026-03-01', lines: [line('1')] }
      await assert.rejects(changeDraft(means, again, staff), { code: 'invoice.not_a_draft' })
      await assert.rejects(issueDraft(means, { invoice_id: id }, staff), { code: 'invoice.not_a_draft' })
    })

    it('is thrown away without a trace in the numbers', async () => {
      const id = await begin()
      await discardDraft(means, { invoice_id: id }, staff)
      assert.equal(await means.db.get<InvoiceRow>(sql`select * from invoices where id = ${id}`), undefined)
      const rows = await means.db.all<{ action: string }>(
        sql`select action from audit where subject = ${id} order by id`,
      )
      assert.deepEqual(
        rows.map(({ action }) => action),
        ['invoice.create', 'invoice.discard'],
      )
    })

    it('refuses lines that come to more than the books hold, whatever takes something off again', async () => {
      const most = '9'.repeat(15)
      const make = (...lines: object[]) =>
        createDraft(means, { client_id: client.id, due_on: '2026-02-01', lines }, staff)
      assert.ok(await make(line(most)))
      for (const lines of [
        [line(most, 100_000)],
        [line(most), line('1')],
        [line(most, 9_223), line(`-${most}`, 9_222)],
      ])
        await assert.rejects(make(...lines), { code: 'input.invalid' })
    })

    it('refuses a sum below zero, no lines, and whoever is no staff', async () => {
      const input = { client_id: client.id, due_on: '2026-02-01' }
      await assert.rejects(createDraft(means, { ...input, lines: [line('-1')] }, staff), {
        code: 'input.invalid',
      })
      await assert.rejects(createDraft(means, { ...input, lines: [] }, staff), { code: 'input.invalid' })
      const owner = clientActor(client.id)
      await assert.rejects(createDraft(means, { ...input, lines: [line('1')] }, owner), {
        code: 'actor.forbidden',
      })
      const clerk = staffActor(['invoice.read'])
      await assert.rejects(createDraft(means, { ...input, lines: [line('1')] }, clerk), {
        code: 'actor.forbidden',
      })
    })
  })
