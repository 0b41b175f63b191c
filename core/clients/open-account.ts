import { Type } from '../../sdk/index.ts'
import { findBrand, type Brand } from '../brands/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { actFor, requirePerson } from '../identity/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { addMembership } from './add-membership.ts'
import { addClient } from './create-client.ts'
import { ClientNotActive, CurrencyTaken } from './errors.ts'
import { findClient } from './find-client.ts'
import type { Client } from './rows.ts'

/**
 * An account has one billing currency, so whoever wants to pay in a second one opens a second account: the same person
 * and address, with invoices and credit of its own. What staff decided about the first (group, exemption, terms) does
 * not go along. The session acts for the new account from then on.
 */
export const openAccount = defineVerb(
  {
    permission: 'client.open_account',
    asks: ['client.create:check'],
    audience: ['client'],
    input: Type.Object({ client_id: Type.String(), currency: Type.String() }),
  },
  async (means: Means, { client_id, currency }, actor): Promise<Client> => {
    const { userId } = requirePerson(actor)
    return means.db.transaction(async (trx) => {
      const present = await findClient(trx, actor, client_id, 'client.open_account')
      if (present.status !== 'active') throw ClientNotActive({})
      // Locks the user, so that two windows do not open two accounts.
      await trx.run(sql`update users set name = name where id = ${userId}`)
      const brand = await findBrand(trx, present.brand_id)
      const held = await currenciesOf(trx, brand, actor)
      if (held.includes(currency)) throw CurrencyTaken({ currency })
      const client = await addClient(means, trx, { brand, profile: present, currency }, actor)
      await addMembership(means, trx, { clientId: client.id, userId, rights: ['*'], owner: true })
      await actFor(trx, client.id, actor)
      return client
    })
  },
)

/** The currencies of the brand in which the user has no account yet. */
export async function openCurrencies(queries: Queries, brand: Brand, actor: Actor): Promise<string[]> {
  const held = await currenciesOf(queries, brand, actor)
  return brand.currencies.filter((currency) => !held.includes(currency))
}

/** Those of closed accounts too: an account that staff closed is not opened again under another name. */
async function currenciesOf(queries: Queries, brand: Brand, actor: Actor): Promise<string[]> {
  const rows = await queries.all<{ currency: string }>(sql`
    select distinct c.currency from clients c join memberships m on m.client_id = c.id
    where m.user_id = ${actor.id} and m.owner = 1 and c.brand_id = ${brand.id}`)
  return rows.map(({ currency }) => currency)
}
