import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { words } from '../../core/app/wire/words.ts'
import {
  billingConsumers,
  dropRenewals,
  getInvoice,
  issueDocument,
  keepDocument,
  mergeInvoices,
  overrideSetting,
  verifyBooks,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { deliverEvents } from '../../core/events/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { getFile } from '../../core/files/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { actor, draft, issue, makeBuyer } from './support.ts'

for (const engine of engines) {
  describe(`documents on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = { ...testMeans(db), translator: (locale: string) => words().translator(locale) }
    const { client } = await makeBuyer(means, { name: 'Zoë Łukasz' })

    test('the issued event enters one job, which keeps the PDF and sends it with the mail', async () => {
      const { id } = await issue(means, draft(client, { amounts: [1_000n, 250n] }))
      const event = await db.get<{ id: string }>(
        sql`select id from events where subject = ${id} and type = 'invoice.issued'`,
      )
      await deliverEvents(means, billingConsumers(means), [event!.id])
      await deliverEvents(means, billingConsumers(means), [event!.id])
      assert.deepEqual(means.jobs.of('billing.document'), [{ invoice_id: id }])

      await issueDocument(means, { invoice_id: id })
      const invoice = await getInvoice(db, id, actor)
      const file = await getFile(db, invoice.file_id!)
      assert.deepEqual([file!.media_type, file!.file_name], ['application/pdf', `${invoice.number}.pdf`])
      const bytes = await means.files.read(file!.sha256)
      assert.equal(bytes.subarray(0, 5).toString(), '%PDF-')
      const [mail] = means.jobs.of('mail.send') as { template: string; key: string; attachments: object[] }[]
      assert.deepEqual(
        [mail!.template, mail!.key, mail!.attachments],
        ['invoice-issued', `${id}/issued`, [{ file_id: invoice.file_id, name: `${invoice.number}.pdf` }]],
      )
    })

    test('a document that has its file is never rendered again', async () => {
      const { id } = await issue(means, draft(client))
      const first = await keepDocument(means, await getInvoice(db, id, actor))
      await db.run(sql`update sellers set name = 'Another name Ltd'`)
      assert.equal(await keepDocument(means, await getInvoice(db, id, actor)), first)
    })

    describe('a cancelled service', () => {
      const period = { periodStart: isoDate('2026-02-01'), periodEnd: isoDate('2026-03-01') }
      const line = (sourceId: string, amountMinor: bigint) => ({
        sourceId,
        kind: 'recurring' as const,
        description: 'Hosting',
        quantity: 1,
        unitMinor: amountMinor,
        amountMinor,
        taxClass: 'standard',
        trace: {},
        ...period,
      })
      const cancel = async (serviceId: string) => {
        const effectiveOn = isoDate('2026-02-01')
        await db.run(
          sql`update services set billing_status = 'ending', cancel_on = ${effectiveOn} where id = ${serviceId}`,
        )
        await db.transaction((trx) =>
          dropRenewals(means, trx, { cancellationId: 'can_test', serviceId, effectiveOn }),
        )
      }

      const serviceOf = async (name: string) => {
        const { brand } = await makeBuyer(means)
        await makeServices(means, brand, { clients: 1, perClient: 2, nextPeriodOn: '2026-03-01' })
        const services = await db.all<{ id: string; client_id: string; brand_id: string; currency: string }>(
          sql`select id, client_id, brand_id, currency from services where brand_id = ${brand.id} order by id`,
        )
        return { services, name, payer: { id: services[0]!.client_id, brand_id: brand.id, currency: 'EUR' } }
      }

      test('takes an unpaid renewal that is its alone with it', async () => {
        const { services, payer } = await serviceOf('alone')
        const { id } = await issue(
          means,
          draft(payer, { origin: 'renewal', lines: [line(services[0]!.id, 500n)] }),
        )
        await cancel(services[0]!.id)
        assert.equal((await getInvoice(db, id, actor)).status, 'void')
        assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
      })

      test('lowers one that it shares, by a credit note', async () => {
        const { services, payer } = await serviceOf('shared')
        const { id } = await issue(
          means,
          draft(payer, {
            origin: 'renewal',
            lines: [line(services[0]!.id, 500n), line(services[1]!.id, 700n)],
          }),
        )
        await cancel(services[0]!.id)
        const invoice = await getInvoice(db, id, actor)
        assert.deepEqual([invoice.status, invoice.allocated_minor], ['issued', 595n])
        assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
      })

      /** What stands on each document of both, with its sum and the documents in its place. */
      const shared = async ([one, other]: readonly { id: string }[]) =>
        (
          await db.all<{ status: string; total_minor: bigint; proforma: number; origin: string }>(sql`
            select i.status, i.total_minor, i.proforma, i.origin from invoices i where i.id in
              (select invoice_id from invoice_lines where source_id in (${one!.id}, ${other!.id})) order by i.id`)
        ).map((row) => ({ ...row }))

      test('has a proforma that it shares replaced by one without it', async () => {
        const { services, payer } = await serviceOf('proforma')
        await overrideSetting(
          means,
          { key: 'billing.proforma_first', scope: 'brand', scope_id: payer.brand_id, value: true },
          staffActor(),
        )
        const lines = [line(services[0]!.id, 500n), line(services[1]!.id, 700n)]
        await issue(means, draft(payer, { origin: 'renewal', lines }))
        await cancel(services[0]!.id)
        assert.deepEqual(await shared(services), [
          { status: 'void', total_minor: 1_428n, proforma: 1, origin: 'renewal' },
          { status: 'issued', total_minor: 833n, proforma: 1, origin: 'split' },
        ])
        assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
        await cancel(services[1]!.id)
        assert.deepEqual(
          (await shared(services)).map(({ status }) => status),
          ['void', 'void'],
        )
        assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
      })

      test('owes nothing of a renewal that staff have merged with another', async () => {
        const { services, payer } = await serviceOf('merged')
        const renewal = (n: number) =>
          issue(means, draft(payer, { origin: 'renewal', lines: [line(services[n]!.id, 500n)] }))
        const invoice_ids = [(await renewal(0)).id, (await renewal(1)).id]
        const merged = await mergeInvoices(means, { invoice_ids, reason: 'One to pay' }, staffActor())
        await cancel(services[0]!.id)
        const invoice = await getInvoice(db, merged.id, actor)
        assert.deepEqual([invoice.status, invoice.allocated_minor], ['issued', 595n])
        assert.deepEqual(await verifyBooks(db, isoDate('2026-01-15')), [])
      })
    })
  })
}
