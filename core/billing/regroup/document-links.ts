import { sql, type Queries } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'

export interface LinkedDocument {
  id: string
  number: string | null
  issued_on: IsoDate | null
  total_minor: bigint
  notes: string | null
  kind: 'merged' | 'split' | 'credit_note'
  /** Whether it was there before this document, which stands for it or corrects it, or came after it. */
  direction: 'before' | 'after'
}

/** What a document was made of or corrects, and what was made of it or corrects it, oldest first: one statement. */
export const linkedDocuments = (queries: Queries, invoiceId: string): Promise<LinkedDocument[]> =>
  queries.all<LinkedDocument>(sql`
    select i.id, i.number, i.issued_on, i.total_minor, i.notes, x.kind, x.direction from (
      select l.from_id as id, l.kind, 'before' as direction from document_links l where l.to_id = ${invoiceId}
      union all select l.to_id, l.kind, 'after' from document_links l where l.from_id = ${invoiceId}
      union all select n.id, 'credit_note', 'after' from invoices n where n.corrects_id = ${invoiceId} and n.number is not null
      union all select n.corrects_id, 'credit_note', 'before' from invoices n where n.id = ${invoiceId} and n.corrects_id is not null) x
    join invoices i on i.id = x.id order by x.direction, i.id`)
