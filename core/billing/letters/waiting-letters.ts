import { sql, type Queries } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { scoped } from '../../records/index.ts'
import type { LetterRow } from './letter.ts'

export type WaitingLetter = LetterRow & { number: string }

/** As many as are printed and marked at once. */
export const LETTERS_AT_ONCE = 100

/** The oldest letters that wait, up to one of them: what is printed is what is marked, whatever comes meanwhile. */
export const waitingLetters = (
  queries: Queries,
  actor: Actor,
  through: string | null,
): Promise<WaitingLetter[]> =>
  queries.all<WaitingLetter>(sql`
    select l.*, i.number from letters l join invoices i on i.id = l.invoice_id
    where l.status = 'waiting' and ${scoped(actor, { table: 'l' })} and ${through === null ? sql`1 = 1` : sql`l.id <= ${through}`}
    order by l.id limit ${LETTERS_AT_ONCE}`)
