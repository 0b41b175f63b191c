import { Type } from '../../../sdk/index.ts'
import { list, sql } from '../../db/index.ts'
import { defineVerb, findRow } from '../../records/index.ts'
import { renderLetters } from '../../render/index.ts'
import { printable, type DocumentMeans } from '../documents/keep-document.ts'
import { withParts, type InvoiceRow } from '../invoice.ts'
import type { LetterRow } from './letter.ts'
import { waitingLetters } from './waiting-letters.ts'

/** On both sides each letter begins on a sheet of its own. */
const Sides = { duplex: Type.Optional(Type.Boolean()) }

/** One file of all letters that wait, up to the one that stands last on the page. */
export const printLetters = defineVerb(
  {
    permission: 'letter.print',
    audience: ['staff'],
    input: Type.Object({ through: Type.String(), ...Sides }),
  },
  async (means: DocumentMeans, { through, duplex }, actor): Promise<Buffer> => {
    await findRow(means.db, actor, { table: 'letters', what: 'letter', id: through })
    const letters = await waitingLetters(means.db, actor, through)
    return print(
      means,
      letters.map((letter) => letter.invoice_id),
      duplex,
    )
  },
)

/** One letter, also one that was posted: it was lost, or the printer failed. */
export const printLetter = defineVerb(
  {
    permission: 'letter.print_again',
    audience: ['staff'],
    input: Type.Object({ letter_id: Type.String(), ...Sides }),
  },
  async (means: DocumentMeans, { letter_id, duplex }, actor): Promise<Buffer> => {
    const place = { table: 'letters', what: 'letter', id: letter_id }
    const { invoice_id } = await findRow<LetterRow>(means.db, actor, place)
    return print(means, [invoice_id], duplex)
  },
)

/** As each document keeps it, with its address in the window. */
async function print(means: DocumentMeans, invoiceIds: readonly string[], duplex = false): Promise<Buffer> {
  const rows = await means.db.all<InvoiceRow>(sql`select * from invoices where id in (${list(invoiceIds)})`)
  const found = await withParts(means.db, rows)
  const letters = []
  for (const id of invoiceIds) {
    const { document, options } = await printable(
      means,
      found.find((one) => one.id === id)!,
    )
    letters.push({
      document,
      options: { ...options, style: { ...options.style, address: 'window' as const } },
    })
  }
  return renderLetters(letters, { duplex, title: means.messages.translator('en')('documents.letter.file') })
}
