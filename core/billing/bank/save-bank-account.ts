import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { findBrand } from '../../brands/index.ts'
import { requireConfirmed } from '../../identity/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { defineVerb, findRow, updateVersioned, type Means } from '../../records/index.ts'
import { getGateway } from '../payments/gateway.ts'
import type { BankAccountRow } from './bank-line.ts'
import { CsvMapping } from './read-csv.ts'

/** An account of ours at a bank: whose money it is, how its own files are read, and whether sure lines are booked. */
export const saveBankAccount = defineVerb(
  {
    permission: 'bank_account.save',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object({
      account_id: Type.Optional(Type.String()),
      brand_id: Type.String(),
      instance_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      name: Type.String({ minLength: 1, maxLength: 100 }),
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
      iban: Type.Optional(Type.Union([Type.String({ maxLength: 42 }), Type.Null()])),
      csv_mapping: Type.Optional(Type.Union([CsvMapping, Type.Null()])),
      books_sure: Type.Boolean(),
      /** So much may be missing, because banks on the way kept a fee. */
      tolerance_minor: Type.String({ pattern: '^\\d{1,9}$' }),
    }),
  },
  async (means: Means, input, actor): Promise<string> => {
    requireConfirmed(means, actor)
    const scope = { client: null, brand: 'id' }
    const brand = await findRow<{ id: string }>(means.db, actor, {
      ...{ table: 'brands', what: 'brand', id: input.brand_id, scope },
    })
    const { currencies } = await findBrand(means.db, brand.id)
    if (!currencies.includes(input.currency))
      throw invalidInput({ currency: `must be one of ${currencies.join(', ')}` })
    const instanceId = input.instance_id ?? null
    if (instanceId !== null) await getGateway(means.db, instanceId)
    const now = means.business.now()
    const set = {
      ...{ brand_id: brand.id, instance_id: instanceId, name: input.name, currency: input.currency },
      ...{ iban: input.iban ?? null, books_sure: input.books_sure ? 1 : 0 },
      csv_mapping: input.csv_mapping ? JSON.stringify(input.csv_mapping) : null,
      tolerance_minor: BigInt(input.tolerance_minor),
    }
    return means.db.transaction(async (trx) => {
      const known = input.account_id
        ? await findRow<BankAccountRow>(trx, actor, {
            ...{
              table: 'bank_accounts',
              what: 'bank account',
              id: input.account_id,
              scope: { client: null },
            },
          })
        : null
      const id = known?.id ?? means.newId('bka')
      if (known)
        await updateVersioned(means, trx, { table: 'bank_accounts', what: 'bank account', row: known, set })
      else await trx.insert('bank_accounts', [{ id, ...set, version: 1, created_at: now, updated_at: now }])
      await recordAudit(means, trx, actor, [
        { action: 'bank_account.save', subject: id, brandId: brand.id, after: set },
      ])
      return id
    })
  },
)
