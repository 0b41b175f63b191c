import { sql, type Queries } from '../db/index.ts'
import type { Setting } from '../records/index.ts'
import { lateFee, type LateFee } from './run/late-fee.ts'
import { creditLimit, depositMaximum, depositMinimum, instalmentOffer, invoiceMinimum } from './settings.ts'
import type { Sums } from './sums.ts'

type Tables = (value: never) => (Sums | undefined)[]

const whole: Tables = (value: Sums) => [value]

/** A setting's tables that say something: in one that is empty no currency is forgotten. */
const TABLES = new Map<string, Tables>([
  ...[invoiceMinimum, creditLimit, depositMinimum, depositMaximum].map(({ key }) => [key, whole] as const),
  [instalmentOffer.key, ({ minimum }: { minimum: Sums }) => [minimum]],
  [lateFee.key, (fee: LateFee) => (fee.kind === 'none' ? [] : [amountOf(fee), fee.minimum, fee.maximum])],
])

const amountOf = ({ kind, amount }: LateFee): Sums | undefined => (kind === 'fixed' ? amount : undefined)

/** Currencies that a setting's table leaves out while it has others. A row of 0 leaves nothing out. */
export function rowsLacking(
  { key }: Pick<Setting, 'key'>,
  value: unknown,
  currencies: readonly string[],
): string[] {
  const tables = TABLES.get(key)?.(value as never) ?? []
  const used = tables.filter((sums) => sums !== undefined && Object.keys(sums).length > 0) as Sums[]
  return currencies.filter((currency) => used.some((sums) => !(currency in sums)))
}

export interface LackingRows {
  brand: string
  key: string
  currencies: string[]
}

/** What brands sell in, and settings that were made for them leave out. */
export async function listRowsLacking(queries: Queries): Promise<LackingRows[]> {
  const rows = await queries.all<{ brand: string; currencies: string; key: string; value: string }>(sql`
    select b.name as brand, b.currencies, s.key, s.value from brands b join settings s
      on (s.scope = 'brand' and s.scope_id = b.id) or (s.scope = 'installation' and not exists (
        select 1 from settings o where o.scope = 'brand' and o.scope_id = b.id and o.key = s.key))
    order by b.name, s.key`)
  return rows
    .map(({ brand, key, currencies, value }) => {
      const sold = JSON.parse(currencies) as string[]
      return { brand, key, currencies: rowsLacking({ key }, JSON.parse(value), sold) }
    })
    .filter((row) => row.currencies.length > 0)
}
