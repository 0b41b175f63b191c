import { sql, type Trx } from '../../db/index.ts'
import { systemActor } from '../../kernel/index.ts'
import { applyTransition, readSetting, type Means } from '../../records/index.ts'
import type { Invoice } from '../invoice.ts'
import { lockInvoice } from '../settle-invoice.ts'
import { letterLifecycle, type LetterRow } from './letter.ts'
import { byPost } from './letter-terms.ts'

/** Puts an issued document among the letters where its client wants paper. Repeating it changes nothing. */
export async function enterLetter(means: Means, invoice: Invoice): Promise<void> {
  if (invoice.proforma === 1) return
  const { brand_id: brand, client_id: client } = invoice
  if (!(await readSetting(means.db, byPost, { brand, client }))) return
  const now = means.business.now()
  await means.db.transaction(async (trx) => {
    // It may have fallen through while it was printed.
    if ((await lockInvoice(trx, invoice.id)).status === 'void') return
    await trx.run(sql`
      insert into letters (id, brand_id, client_id, invoice_id, status, created_at, updated_at)
      values (${means.newId('let')}, ${brand}, ${client}, ${invoice.id}, 'waiting', ${now}, ${now})
      on conflict (invoice_id) do nothing`)
  })
}

/** A document that was declared void is not posted any more. */
export async function dropLetterOf(means: Means, trx: Trx, invoiceId: string): Promise<void> {
  const row = await trx.get<LetterRow>(
    sql`select * from letters where invoice_id = ${invoiceId} and status = 'waiting'`,
  )
  if (!row) return
  const change = { reason: 'The document fell through' }
  const actor = systemActor('letters')
  const unasked = 'the end of its document was asked about'
  await applyTransition(means, trx, { lifecycle: letterLifecycle, row, name: 'drop', actor, change, unasked })
}
