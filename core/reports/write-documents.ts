import { type ExportDocument, Type, type Static } from '../../sdk/index.ts'
import { cashRounding, type PluginCalls } from '../billing/index.ts'
import { all, list, sql, type Queries } from '../db/index.ts'
import {
  addDays,
  BerthError,
  defineError,
  invalidInput,
  isoDate,
  NotFound,
  type Actor,
  type IsoDate,
} from '../kernel/index.ts'
import { PluginInputTooLarge } from '../plugins/index.ts'
import { defineVerb, scoped, type Means } from '../records/index.ts'

export const TooManyDocuments = defineError(
  'ledger.too_many_documents',
  422,
  (p: { max: number }) =>
    `More than ${p.max} documents, or more than the plugin may be handed, lie in these days; choose fewer days.`,
  'to',
)

const DOCUMENTS_MAX = 1_000

const Wanted = Type.Object({
  instance_id: Type.String(),
  format: Type.String({ minLength: 1, maxLength: 60 }),
  from: Type.String({ format: 'date' }),
  /** The last day. */
  to: Type.String({ format: 'date' }),
  brand_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
})

export interface WrittenFile {
  name: string
  type: string
  text: string
}

/**
 * The documents of some days as a file that a plugin of kind exporter writes: what was issued, and what was declared void
 * of earlier days, taken back under its own number. What happens later changes no file. Reads only.
 */
export const writeDocuments = defineVerb(
  { permission: 'ledger.write_documents', audience: ['staff'], input: Wanted },
  async (means: Means & { plugins: PluginCalls }, wanted, actor): Promise<WrittenFile> => {
    if (wanted.from > wanted.to) throw invalidInput({ to: 'is before the first day' })
    await requireExporter(means.db, actor, wanted.instance_id)
    const documents = await documentsOf(means.db, actor, wanted)
    const input = {
      format: wanted.format,
      from: wanted.from,
      until: addDays(isoDate(wanted.to), 1),
      documents,
    }
    return means.plugins
      .call<WrittenFile>(wanted.instance_id, 'exporter', 'write_file', input)
      .catch((error: unknown) => {
        if (error instanceof BerthError && error.code === PluginInputTooLarge.code)
          throw TooManyDocuments({ max: DOCUMENTS_MAX })
        throw error
      })
  },
)

async function requireExporter(queries: Queries, actor: Actor, id: string): Promise<void> {
  const own = scoped(actor, { table: 'g', client: null })
  const row = await queries.get(
    sql`select g.id from plugin_instances g where g.id = ${id} and (g.brand_id is null or ${own})`,
  )
  if (!row) throw NotFound({ what: 'plugin instance', id })
}

interface DocumentRow {
  id: string
  kind: 'invoice' | 'credit_note'
  number: string
  /** Day of the issue, or of the void. */
  told_on: IsoDate
  is_void: 0 | 1
  due_on: IsoDate
  currency: string
  client_id: string
  seller: string
  buyer: string
  seller_id: string
  subtotal_minor: bigint
  tax_minor: bigint
  total_minor: bigint
}

interface LineRow {
  invoice_id: string
  description: string
  kind: string
  net_minor: bigint
  tax_minor: bigint
  tax_rate_ppm: number
  code: string | null
}

async function documentsOf(
  queries: Queries,
  actor: Actor,
  { from, to, brand_id }: Static<typeof Wanted>,
): Promise<ExportDocument[]> {
  const where = all([
    scoped(actor, { table: 'i', client: null }),
    sql`i.number is not null and i.proforma = 0 and i.kind <> 'receipt'`,
    ...(brand_id ? [sql`i.brand_id = ${brand_id}`] : []),
  ])
  const voidedLater = sql`exists (select 1 from journals v where v.source_id = i.id and v.kind = 'invoice_voided' and v.effective_on > ${to})`
  const rows = await queries.all<DocumentRow>(sql`
    select i.*, i.issued_on as told_on, 0 as is_void from invoices i
    where ${where} and i.issued_on >= ${from} and i.issued_on <= ${to} and (i.status <> 'void' or ${voidedLater})
    union all
    select i.*, v.effective_on as told_on, 1 as is_void from journals v join invoices i on i.id = v.source_id
    where ${where} and v.kind = 'invoice_voided' and v.effective_on >= ${from} and v.effective_on <= ${to} and i.issued_on < ${from}
    order by told_on, id limit ${DOCUMENTS_MAX + 1}`)
  if (rows.length > DOCUMENTS_MAX) throw TooManyDocuments({ max: DOCUMENTS_MAX })
  const lines = await queries.all<LineRow>(sql`
    select l.invoice_id, l.description, l.kind, l.net_minor, l.tax_minor, l.tax_rate_ppm, k.code from invoice_lines l
      join invoices i on i.id = l.invoice_id left join account_codes k on k.seller_id = i.seller_id and k.account = 'revenue:' || l.kind
    where l.invoice_id in (${list(rows.map((row) => row.id))}) order by l.invoice_id, l.position`)
  const byDocument = Map.groupBy(lines, (line) => line.invoice_id)
  return rows.map((row) => documentOf(row, byDocument.get(row.id) ?? []))
}

interface Party {
  name: string
  company?: string | null
  tax_id?: string | null
  country: string
}

function documentOf(row: DocumentRow, lines: readonly LineRow[]): ExportDocument {
  const { id, number, told_on: issued_on, currency } = row
  const isVoid = row.is_void === 1
  const minor = (of: bigint): string => (isVoid ? -of : of).toString()
  const rounding = cashRounding(row)
  const [seller, buyer] = [JSON.parse(row.seller), JSON.parse(row.buyer)] as [Party, Party]
  return {
    ...{ id, kind: isVoid ? 'credit_note' : row.kind, number, issued_on, currency },
    due_on: isVoid ? issued_on : row.due_on,
    seller: party(seller),
    buyer: { client_id: row.client_id, ...party(buyer) },
    lines: lines.map((line) => ({
      description: line.description,
      account: line.code ?? `revenue:${line.kind}`,
      net_minor: minor(line.net_minor),
      tax_minor: minor(line.tax_minor),
      rate_ppm: line.tax_rate_ppm,
    })),
    net_minor: minor(row.subtotal_minor),
    tax_minor: minor(row.tax_minor),
    gross_minor: minor(row.total_minor),
    ...(rounding === 0n ? {} : { rounding_minor: minor(rounding) }),
  }
}

const party = ({ name, company, tax_id, country }: Party) => ({
  name: company ?? name,
  ...(tax_id ? { tax_id } : {}),
  country,
})
