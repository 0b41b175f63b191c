import { Type } from '../../../sdk/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import { keepAnswer } from './check-tax-id.ts'

interface Named {
  id: string
  brand_id: string
  country: string
  tax_id: string | null
  tax_id_valid_for: string | null
}

/** Staff have looked themselves, as for a register that no plugin asks. The reason is kept as evidence. */
export const confirmTaxId = defineVerb(
  {
    permission: 'tax_id.confirm',
    asksNobody: 'it keeps what a register of the state says',
    audience: ['staff'],
    input: Type.Object({
      client_id: Type.String(),
      valid: Type.Boolean(),
      reason: Type.String({ minLength: 1, maxLength: 300 }),
      /** Number by which the register can prove the question. */
      reference: Type.Optional(Type.String({ maxLength: 100 })),
    }),
  },
  async (means: Means, { client_id, valid, reason, reference }, actor): Promise<void> => {
    const client = await findRow<Named>(means.db, actor, {
      ...{ table: 'clients', what: 'client', id: client_id, scope: { client: 'id' } },
    })
    if (client.tax_id === null) throw invalidInput({ client_id: 'has no tax id' })
    const outcome = valid ? 'valid' : 'invalid'
    await keepAnswer(means, { client, answer: { outcome, source: 'staff', reason, reference } }, actor)
  },
)
