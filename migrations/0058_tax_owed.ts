import { addColumn, execute, type Trx } from '../core/db/index.ts'

/** What a buyer who owes no tax pays of a price that holds it, and to which country a tax is owed. */
export async function up(trx: Trx): Promise<void> {
  // What was there before keeps the price as it stands.
  await addColumn(trx, 'sellers', 'untaxed_price', "text = 'stated'")
  // A service keeps what it was ordered with: no renewal changes because its seller sells otherwise now.
  await addColumn(trx, 'services', 'untaxed_price', "text = 'stated'")
  // Null on a rule: the country of the rule. Null on a document: from before, or as a plugin determined it.
  await addColumn(trx, 'tax_rules', 'owed_to', 'text?')
  await addColumn(trx, 'invoice_taxes', 'owed_to', 'text?')
  await nameStates(trx)
}

/** The member states of the EU, and Great Britain, which was one. */
const STATES = 'AT BE BG CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(
  ' ',
)

/** The set of the EU names its rates by their state: below the threshold that of the seller. Other names say nothing. */
export const nameStates = (trx: Trx): Promise<void> =>
  execute(
    trx,
    `update tax_rules set owed_to = substr(name, 5) where substr(name, 1, 4) = 'VAT '
      and substr(name, 5) in (${STATES.map((state) => `'${state}'`).join(', ')}) and country <> substr(name, 5)`,
  )
