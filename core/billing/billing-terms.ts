import { list, sql, type Queries } from '../db/index.ts'
import { invoiceMinimum, paymentDays, proformaFirst } from './settings.ts'

/** What settings say of the documents of one client. */
export interface BillingTerms {
  /** A proforma first; the tax document when it is paid. */
  proforma: boolean
  /** Least of an invoice of the billing run, in whole units of the currency; less is carried forward. */
  minimumUnits: number
  /** Days from the issue of a document in which it is to be paid, when its due day is earlier. */
  paymentDays: number
}

const SETTINGS = {
  proforma: proformaFirst,
  minimumUnits: invoiceMinimum,
  paymentDays,
}

export const PRESET_TERMS: BillingTerms = {
  proforma: proformaFirst.preset,
  minimumUnits: invoiceMinimum.preset,
  paymentDays: paymentDays.preset,
}

const NARROWEST_FIRST = ['client', 'brand', 'installation']

/** The terms of any number of clients: one statement. */
export async function readTerms(
  queries: Queries,
  clients: readonly { id: string; brand_id: string }[],
): Promise<(client: { id: string; brand_id: string }) => BillingTerms> {
  const keys = Object.values(SETTINGS).map(({ key }) => key)
  const places = ['', ...new Set(clients.map((one) => one.brand_id)), ...clients.map(({ id }) => id)]
  const rows = await queries.all<{ key: string; scope: string; scope_id: string; value: string }>(
    sql`select key, scope, scope_id, value from settings where key in (${list(keys)}) and scope_id in (${list(places)})`,
  )
  if (rows.length === 0) return () => PRESET_TERMS
  const stored = new Map(rows.map((row) => [`${row.key} ${row.scope} ${row.scope_id}`, row.value]))
  return ({ id, brand_id }) => {
    const ids: Record<string, string> = { client: id, brand: brand_id, installation: '' }
    const valueOf = ({ key, preset }: { key: string; preset: unknown }): unknown => {
      const at = NARROWEST_FIRST.find((scope) => stored.has(`${key} ${scope} ${ids[scope]!}`))
      return at === undefined ? preset : JSON.parse(stored.get(`${key} ${at} ${ids[at]!}`)!)
    }
    return Object.fromEntries(
      Object.entries(SETTINGS).map(([name, setting]) => [name, valueOf(setting)]),
    ) as unknown as BillingTerms
  }
}
