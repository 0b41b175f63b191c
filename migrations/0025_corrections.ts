import { execute, type Trx } from '../core/db/index.ts'

/** What corrects a document is asked whenever it is paid or credited; without an index all documents were read for it. */
export async function up(trx: Trx): Promise<void> {
  await execute(
    trx,
    'create index ix_invoices_corrects on invoices (corrects_id) where corrects_id is not null',
  )
}
