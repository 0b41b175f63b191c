import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  creditBalance,
  getInvoice,
  issueCreditNote,
  verifyBooks,
  voidInvoice,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { up as freezeEvidence } from '../../migrations/0035_frozen_evidence.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer } from './support.ts'

for (const engine of engines) {
  describe(`invoices on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const { client } = await makeBuyer(means)
    const today = isoDate('2026-01-15')
    const clean = async () => assert.deepEqual(await verifyBooks(db, today), [])

    test('an issued document has a number, tax, a ledger entry, an event and an audit row', async () => {
      const { id } = await issue(means, draft(client, { amounts: [1_000n, 234n] }))
      const invoice = await getInvoice(db, id, actor)
      assert.equal(invoice.number, 'INV-2026-00001')
      assert.deepEqual(
        [invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor],
        [1_234n, 234n, 1_468n],
      )
      assert.deepEqual(
        invoice.taxes.map(({ tax_name, rate_ppm, net_minor, tax_minor }) => ({
          tax_name,
          rate_ppm,
          net_minor,
          tax_minor,
        })),
        [{ tax_name: 'VAT', rate_ppm: 190_000, net_minor: 1_234n, tax_minor: 234n }],
      )
      assert.equal(
        (await db.all(sql`select id from events where subject = ${id} and type = 'invoice.issued'`)).length,
        1,
      )
      assert.equal(
        (await db.all(sql`select id from audit where subject = ${id} and action = 'invoice.issue'`)).length,
        1,
      )
      await clean()
    })

    test('numbers go back with a transaction that fails, so none is missing', async () => {
      const failing = db.transaction(async (trx) => {
        const { issueInvoice } = await import('../../core/billing/index.ts')
        await issueInvoice(means, trx, draft(client), actor)
        throw new Error('stop')
      })
      await assert.rejects(failing, /stop/)
      assert.equal((await issue(means, draft(client))).number, 'INV-2026-00002')
      await clean()
    })

    test('eight at once get eight numbers in a row', async () => {
      const invoices = await Promise.all(Array.from({ length: 8 }, () => issue(means, draft(client))))
      assert.equal(new Set(invoices.map((invoice) => invoice.number)).size, 8)
      await clean()
    })

    test('the same period of a thing is charged once, whoever asks', async () => {
      const line = {
        sourceId: 'svc_x',
        kind: 'recurring' as const,
        description: 'Hosting',
        quantity: 1,
        unitMinor: 500n,
        amountMinor: 500n,
        taxClass: 'standard',
        periodStart: isoDate('2026-02-01'),
        periodEnd: isoDate('2026-03-01'),
        trace: {},
      }
      await issue(means, draft(client, { lines: [line] }))
      await assert.rejects(issue(means, draft(client, { lines: [line] })), /uq_charges_event|charges/)
      await clean()
    })

    test('an issued document refuses every change of what it says', async () => {
      const { id } = await issue(means, draft(client))
      await assert.rejects(
        db.run(sql`update invoices set total_minor = 1 where id = ${id}`),
        /invoices_frozen/,
      )
      const evidence = JSON.stringify({ country: 'FR' })
      await assert.rejects(
        db.run(sql`update invoices set evidence = ${evidence} where id = ${id}`),
        /invoices_frozen/,
      )
      await assert.rejects(
        db.run(sql`delete from invoices where id = ${id}`),
        /invoices_(kept|frozen)|FOREIGN KEY/,
      )
    })

    test('what the migration freezes it freezes in a shop that has documents, too', async () => {
      const { id } = await issue(means, draft(client))
      await db.transaction((trx) => freezeEvidence(trx))
      const set = (document: string) =>
        db.run(sql`update invoices set evidence = '{"a":1}' where id = ${document}`)
      await assert.rejects(set(id), /invoices_frozen/)
      await db.run(sql`update invoices set in_collections_at = null where id = ${id}`)
    })

    test('verify names the document whose line was changed behind our back', async () => {
      const { id } = await issue(means, draft(client))
      await db.run(sql`update invoice_lines set description = 'Something else' where invoice_id = ${id}`)
      const findings = await verifyBooks(db, today)
      assert.deepEqual(
        findings.map((finding) => [finding.check, finding.id]),
        [['issued document is frozen', id]],
      )
      await db.run(sql`update invoice_lines set description = 'Line 1' where invoice_id = ${id}`)
    })

    test('voiding reverses the ledger, keeps the number, and happens once', async () => {
      const { id, number } = await issue(means, draft(client))
      const staff = staffActor(['invoice.void'])
      const voided = await voidInvoice(means, { invoice_id: id, reason: 'Sent to the wrong client' }, staff)
      assert.deepEqual([voided.status, voided.number], ['void', number])
      await assert.rejects(voidInvoice(means, { invoice_id: id, reason: 'Again' }, staff), {
        code: 'state.illegal',
      })
      await assert.rejects(
        voidInvoice(means, { invoice_id: id, reason: 'No right' }, staffActor(['invoice.read'])),
        { code: 'actor.forbidden' },
      )
      await assert.rejects(voidInvoice(means, { invoice_id: id, reason: '' }, staff), {
        code: 'input.invalid',
      })
      await clean()
    })

    test('is not void by hand what a change has given back as credit', async () => {
      const { id } = await issue(means, draft(client))
      const [line] = await db.all<{ id: string }>(
        sql`select id from invoice_lines where invoice_id = ${id} order by position`,
      )
      const charge = means.newId('chg')
      const period = {
        period_start: '2026-01-20',
        period_end: '2026-02-20',
        created_at: means.business.now(),
      }
      await db.insert('charges', [
        {
          ...{
            id: charge,
            brand_id: client.brand_id,
            client_id: client.id,
            source_id: 'svc_x',
            kind: 'recurring',
          },
          ...{ ...period, cause: 'changed/chn_x/', currency: 'EUR', amount_minor: 599n },
        },
      ])
      await db.run(
        sql`update invoice_lines set charge_id = ${charge}, live_charge_id = ${charge} where id = ${line!.id}`,
      )
      await assert.rejects(
        voidInvoice(means, { invoice_id: id, reason: 'By mistake' }, staffActor(['invoice.void'])),
        { code: 'invoice.given_back' },
      )
      assert.equal((await getInvoice(db, id, clientActor(client.id))).status, 'issued')
      await db.run(
        sql`update invoice_lines set charge_id = null, live_charge_id = null where id = ${line!.id}`,
      )
    })

    test('another client sees no such invoice', async () => {
      const { id } = await issue(means, draft(client))
      const other = await makeBuyer(means)
      await assert.rejects(getInvoice(db, id, clientActor(other.client.id)), { code: 'record.not_found' })
      assert.equal((await getInvoice(db, id, clientActor(client.id))).id, id)
    })

    test('a credit note becomes credit, the next invoice uses it, and voiding that one gives it back', async () => {
      const { client: saver } = await makeBuyer(means)
      const note = await db.transaction((trx) =>
        issueCreditNote(means, trx, draft(saver, { amounts: [-1_000n] }), actor),
      )
      assert.deepEqual([note.number, note.status, note.total_minor], ['CN-2026-00001', 'paid', -1_190n])
      assert.equal(await creditBalance(db, saver.id, 'EUR'), 1_190n)
      const small = await issue(means, draft(saver, { amounts: [500n] }))
      assert.equal(small.status, 'paid')
      const large = await issue(means, draft(saver, { amounts: [1_000n] }))
      assert.equal(large.status, 'issued')
      assert.equal(await creditBalance(db, saver.id, 'EUR'), 0n)
      await voidInvoice(means, { invoice_id: large.id, reason: 'Mistake' }, staffActor())
      assert.equal(await creditBalance(db, saver.id, 'EUR'), 595n)
      await clean()
    })

    test('a document over nothing is paid by being issued', async () => {
      assert.equal((await issue(means, draft(client, { amounts: [0n] }))).status, 'paid')
      await clean()
    })
  })
}
