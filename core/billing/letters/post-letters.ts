import { Type } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, findRow, readSetting, type Means } from '../../records/index.ts'
import { addBillable } from '../billables/index.ts'
import { letterLifecycle, type LetterRow } from './letter.ts'
import { letterFee, letterTerms } from './letter-terms.ts'
import { waitingLetters, type WaitingLetter } from './waiting-letters.ts'

/**
 * Staff have posted what they printed: all that waits up to the letter that stood last on the page. Each is charged to
 * its client with the next invoice, where that costs something.
 */
export const postLetters = defineVerb(
  {
    permission: 'letter.post',
    asks: ['letter.post:check'],
    audience: ['staff'],
    input: Type.Object({ through: Type.String() }),
  },
  (means: Means, { through }, actor): Promise<number> =>
    means.db.transaction(async (trx) => {
      await findRow(trx, actor, { table: 'letters', what: 'letter', id: through })
      const letters = await waitingLetters(trx, actor, through)
      const posted = { posted_at: means.business.now(), posted_by: actor.id }
      for (const row of letters) {
        const item_id = await charge(means, trx, row, actor)
        const change = { set: { ...posted, item_id }, body: { invoice_id: row.invoice_id } }
        await applyTransition(means, trx, { lifecycle: letterLifecycle, row, name: 'post', actor, change })
      }
      return letters.length
    }),
)

/** The id of what is charged; null when a letter costs nothing. */
async function charge(means: Means, trx: Trx, letter: WaitingLetter, actor: Actor): Promise<string | null> {
  const terms = await readSetting(trx, letterTerms, { brand: letter.brand_id })
  const client = await trx.get<{ id: string; brand_id: string; currency: string; locale: string }>(
    sql`select id, brand_id, currency, locale from clients where id = ${letter.client_id}`,
  )
  const fee = letterFee(terms, client!.currency)
  if (fee === 0n) return null
  const t = means.messages.translator(client!.locale)
  const name = t('documents.letter.line', { number: letter.number })
  const line = { description: name, basis: 'amount', quantity: '1', unit_minor: fee.toString() } as const
  const lines = [{ ...line, tax_class: terms.tax_class }]
  const input = { name, timing: 'next', lines } as const
  return addBillable(
    means,
    trx,
    { client: client!, input, unasked: 'posting the letter was asked about' },
    actor,
  )
}

/** A letter that need not go. */
export const dropLetter = defineVerb(
  {
    permission: 'letter.drop',
    asks: ['letter.drop:check'],
    audience: ['staff'],
    input: Type.Object({ letter_id: Type.String() }),
  },
  (means: Means, { letter_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findRow<LetterRow>(trx, actor, { table: 'letters', what: 'letter', id: letter_id })
      await applyTransition(means, trx, { lifecycle: letterLifecycle, row, name: 'drop', actor })
    }),
)
