import { sql, type Queries } from '../../db/index.ts'

export interface LinkedDocument {
  id: string
  number: string | null
  kind: 'merged' | 'split'
  /** Whether it stands for this document, or this one for it. */
  direction: 'before' | 'after'
}

/** What a document was made of, and what was made of it: one statement. */
export const linkedDocuments = (queries: Queries, invoiceId: string): Promise<LinkedDocument[]> =>
  queries.all<LinkedDocument>(sql`
    select i.id, i.number, l.kind, 'before' as direction from document_links l join invoices i on i.id = l.from_id where l.to_id = ${invoiceId}
    union all
    select i.id, i.number, l.kind, 'after' as direction from document_links l join invoices i on i.id = l.to_id where l.from_id = ${invoiceId}
    order by 4, 1`)
