import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import {
  defineVerb,
  findRow,
  updateVersioned,
  writeSetting,
  type Means,
  type Setting,
} from '../../records/index.ts'
import { eInvoiceMode, eInvoiceStandard } from '../settings.ts'

interface Facts {
  id: string
  brand_id: string
  version: number
  buyer_reference: string | null
  electronic_address: string | null
}

const Optional = (pattern: string, maxLength: number) =>
  Type.Optional(Type.Union([Type.String({ pattern, maxLength }), Type.Null()]))

/** What the e-invoices of one client need: its reference, its electronic address, and whether they are demanded. */
export const setEInvoiceFacts = defineVerb(
  {
    permission: 'e_invoice.set_facts',
    asksNobody: 'it names the buyer as the buyer wants to be named, and no sum changes by it',
    audience: ['staff'],
    input: Type.Object({
      client_id: Type.String(),
      buyer_reference: Optional('^\\S.*$', 100),
      /** Scheme and address: "0204:991-12345-67". */
      electronic_address: Optional('^[0-9A-Z]{2,4}:\\S+$', 120),
      /** Null: as the brand says. */
      mode: Type.Optional(Type.Union([eInvoiceMode.schema, Type.Null()])),
      standard: Type.Optional(Type.Union([eInvoiceStandard.schema, Type.Null()])),
    }),
  },
  async (means: Means, input, actor): Promise<void> => {
    const client = await findRow<Facts>(means.db, actor, {
      ...{ table: 'clients', what: 'client', id: input.client_id, scope: { client: 'id' } },
    })
    const set = {
      buyer_reference: input.buyer_reference === undefined ? client.buyer_reference : input.buyer_reference,
      electronic_address:
        input.electronic_address === undefined ? client.electronic_address : input.electronic_address,
    }
    await means.db.transaction(async (trx) => {
      await updateVersioned(means, trx, { table: 'clients', what: 'client', row: client, set })
      const place = { scope: 'client' as const, scopeId: client.id }
      for (const [setting, value] of [
        [eInvoiceMode, input.mode],
        [eInvoiceStandard, input.standard],
      ] as const)
        if (value !== undefined)
          await writeSetting(
            means,
            trx,
            { setting: setting as Setting, ...place, value: value ?? undefined },
            actor,
          )
      const scope = { subject: client.id, brandId: client.brand_id, clientId: client.id }
      const before = { reference: client.buyer_reference, address: client.electronic_address }
      const after = { reference: set.buyer_reference, address: set.electronic_address }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'e_invoice.set_facts', before, after }])
    })
  },
)
