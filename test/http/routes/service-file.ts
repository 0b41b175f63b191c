import { addFile } from '../../../core/files/index.ts'
import type { TestMeans } from '../../support/means.ts'

const PDF = Buffer.from('%PDF-1.7 of the buyer')

/** A file that came with the order of a service, as the answer to a question of its product. */
export async function makeServiceFile(
  means: TestMeans,
  of: { service: string; product: string },
): Promise<string> {
  const { db } = means
  const now = means.business.now()
  const sha256 = await means.files.keep(PDF)
  const field = {
    ...{ id: means.newId('fld'), product_id: of.product, field_key: 'paper', kind: 'file', label: 'Paper' },
    ...{ choices: '[]', required: 0, position: 9, created_at: now, updated_at: now },
  }
  await db.insert('order_fields', [field])
  const facts = { media_type: 'application/pdf', bytes: PDF.length, file_name: 'paper.pdf', created_at: now }
  const fileId = await db.transaction((trx) => addFile(trx, { id: means.newId('fil'), sha256, ...facts }))
  await db.insert('service_fields', [
    { service_id: of.service, field_id: field.id, label: 'Paper', value: fileId, setting: null },
  ])
  return field.id
}
