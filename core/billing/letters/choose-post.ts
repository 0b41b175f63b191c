import { Type } from '../../../sdk/index.ts'
import type { Queries } from '../../db/index.ts'
import { defineVerb, findRow, readSetting, writeSetting, type Means } from '../../records/index.ts'
import { PostNotOffered } from '../errors.ts'
import { byPost, letterFee, letterTerms } from './letter-terms.ts'

interface Asking {
  id: string
  brand_id: string
  currency: string
}

/** What a client may choose: null where its brand leaves no choice. */
export interface PostChoice {
  chosen: boolean
  feeMinor: bigint
}

export async function postChoice(queries: Queries, client: Asking): Promise<PostChoice | null> {
  const terms = await readSetting(queries, letterTerms, { brand: client.brand_id })
  if (!terms.offered) return null
  const chosen = await readSetting(queries, byPost, { brand: client.brand_id, client: client.id })
  return { chosen, feeMinor: letterFee(terms, client.currency) }
}

/** A client asks for its documents on paper, or for no more of them; from the next document on. */
export const choosePost = defineVerb(
  {
    permission: 'client.choose_post',
    asksNobody: 'a client says how its own documents reach it',
    audience: ['client'],
    input: Type.Object({ client_id: Type.String(), by_post: Type.Boolean() }),
  },
  (means: Means, { client_id, by_post }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const client = await findRow<Asking>(trx, actor, {
        ...{ table: 'clients', what: 'client', id: client_id },
        scope: { client: 'id', right: 'client.choose_post' },
      })
      const choice = await postChoice(trx, client)
      if (!choice) throw PostNotOffered({})
      const place = { scope: 'client', scopeId: client.id } as const
      await writeSetting(means, trx, { setting: byPost, ...place, value: by_post }, actor)
    }),
)
