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

/** The set of the EU names its rates by their state: below the threshold that of the seller. */
export const nameStates = (trx: Trx): Promise<void> =>
  execute(
    trx,
    `update tax_rules set owed_to = substr(name, 5) where name like 'VAT __' and country <> substr(name, 5)`,
  )
