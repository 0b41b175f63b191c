import type { IsoDate } from '../../kernel/index.ts'
import type { DocumentBuyer, DocumentSeller } from './invoice-document.ts'

/** A statement of account, ready to be drawn. Amounts above zero are owed by the client. */
export interface StatementDocument {
  seller: DocumentSeller
  client: DocumentBuyer
  currency: string
  /** Language of the paper. */
  locale: string
  from: IsoDate
  to: IsoDate
  openingMinor: bigint
  closingMinor: bigint
  entries: readonly {
    on: IsoDate
    text: string
    reference: string | null
    amountMinor: bigint
    balanceMinor: bigint
  }[]
}
