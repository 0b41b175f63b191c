import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { words } from '../../core/app/wire/words.ts'
import { billingConsumers, getInvoice, issueDocument, keepDocument } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { deliverEvents } from '../../core/events/index.ts'
import { getFile } from '../../core/files/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
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
  })
}
