import { Type } from '../../sdk/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { allSettings, defineVerb, demandCheck, findRow, writeSetting, type Means } from '../records/index.ts'
import { termsAsking, type TermsOf } from './terms-asking.ts'

/** Gives a client values of its own for several settings, and takes others away: all or none. */
export const changeClientTerms = defineVerb(
  {
    permission: 'client.change_terms',
    asks: ['client.change_terms:check'],
    audience: ['staff'],
    input: Type.Object({
      client_id: Type.String(),
      values: Type.Record(Type.String(), Type.Unknown()),
      /** Keys whose own value goes: what holds for its brand holds again. */
      inherit: Type.Array(Type.String(), { default: [] }),
    }),
  },
  async (means: Means, { client_id, values, inherit }, actor): Promise<void> => {
    const scope = { client: 'id' }
    const wanted = { table: 'clients', what: 'client', id: client_id, scope }
    const client = await findRow<TermsOf>(means.db, actor, wanted)
    await means.db.transaction(async (trx) => {
      const keys = [...Object.keys(values), ...inherit]
      demandCheck(means, trx, actor, termsAsking(client, keys))
      for (const key of keys) {
        const setting = allSettings.get(key)
        if (!setting?.scopes.includes('client')) throw invalidInput({ [key]: 'is not set by client' })
        const value = inherit.includes(key) ? undefined : values[key]
        await writeSetting(means, trx, { setting, scope: 'client', scopeId: client_id, value }, actor)
      }
    })
  },
)
