import { execute, type Trx } from '../core/db/index.ts'

const FROZEN = [
  'number',
  'issued_on',
  'due_on',
  'currency',
  'subtotal_minor',
  'tax_minor',
  'total_minor',
  'seller',
  'buyer',
  'evidence',
  'client_id',
  'notes',
  'document_hash',
  'proforma',
]

/** Why a document bears its taxes is frozen with it: reports and audits read it years later. */
export async function up(trx: Trx): Promise<void> {
  const isSqlite = trx.dialect === 'sqlite'
  const differs = isSqlite ? 'is not' : 'is distinct from'
  const changed = FROZEN.map((column) => `new.${column} ${differs} old.${column}`).join(' or ')
  const condition = `old.number is not null and old.proforma = 0 and (${changed})`
  await execute(trx, `drop trigger invoices_frozen${isSqlite ? '' : ' on invoices'}`)
  await execute(
    trx,
    isSqlite
      ? `create trigger invoices_frozen before update on invoices when ${condition} begin select raise(abort, 'invoices_frozen: an issued document never changes'); end`
      : `create trigger invoices_frozen before update on invoices for each row when (${condition}) execute function refuse_frozen()`,
  )
}
