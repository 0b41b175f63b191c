import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { requireCountry } from '../../brands/index.ts'
import { all, sql, type Queries, type Trx } from '../../db/index.ts'
import { addFile, fileTypeOf, fileTypes } from '../../files/index.ts'
import {
  invalidInput,
  isoDate,
  NotFound,
  type Actor,
  type Instant,
  type IsoDate,
} from '../../kernel/index.ts'
import { defineVerb, findRow, scoped, updateVersioned, type Means } from '../../records/index.ts'
import { ExemptionWithdrawn } from '../errors.ts'

export interface ExemptionRow {
  id: string
  client_id: string
  number: string
  authority: string
  country: string | null
  /** JSON; an empty list: whatever is bought. */
  tax_classes: string
  file_id: string | null
  starts_on: IsoDate
  ends_on: IsoDate | null
  withdrawn_at: Instant | null
  note: string | null
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface ListedExemption extends ExemptionRow {
  client: string
}

const Day = Type.String({ format: 'date' })
const LIST_MAX = 200

/** The papers of all clients, or of one: those that end first stand first. */
export const listExemptions = defineVerb(
  {
    permission: 'tax_exemption.list',
    audience: ['staff'],
    input: Type.Object({ client_id: Type.Optional(Type.String()) }),
  },
  (means: Means, { client_id }, actor): Promise<ListedExemption[]> => {
    const conditions = [scoped(actor, { table: 'c', client: 'id', right: 'client.read' })]
    if (client_id !== undefined) conditions.push(sql`e.client_id = ${client_id}`)
    return means.db.all<ListedExemption>(sql`
      select e.*, coalesce(c.company, c.name) as client from tax_exemptions e join clients c on c.id = e.client_id
      where ${all(conditions)} order by case when e.withdrawn_at is null then 0 else 1 end, coalesce(e.ends_on, '9999'), e.id limit ${LIST_MAX}`)
  },
)

/** Keeps a certificate: while it is valid its client is exempt for what it covers, and documents name it. */
export const addExemption = defineVerb(
  {
    permission: 'tax_exemption.add',
    asksNobody: 'it keeps what a paper of an authority says',
    audience: ['staff'],
    input: Type.Object({
      client_id: Type.String(),
      number: Type.String({ minLength: 1, maxLength: 60 }),
      authority: Type.String({ minLength: 1, maxLength: 120 }),
      /** Absent: wherever the client is. */
      country: Type.Optional(Type.Union([Type.String({ pattern: '^[A-Z]{2}$' }), Type.Null()])),
      /** Absent or empty: whatever is bought. */
      tax_classes: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z0-9_]{1,40}$' }), { maxItems: 20 })),
      starts_on: Day,
      ends_on: Type.Optional(Type.Union([Day, Type.Null()])),
      note: Type.Optional(Type.Union([Type.String({ maxLength: 500 }), Type.Null()])),
      /** The paper itself. */
      file: Type.Optional(Type.Object({ name: Type.String({ maxLength: 200 }), bytes: Type.Unknown() })),
    }),
  },
  async (means: Means, input, actor): Promise<string> => {
    const client = await findRow<{ id: string; brand_id: string }>(means.db, actor, {
      ...{ table: 'clients', what: 'client', id: input.client_id, scope: { client: 'id' } },
    })
    if (input.country) requireCountry(input.country)
    const [starts_on, ends_on] = [isoDate(input.starts_on), input.ends_on ? isoDate(input.ends_on) : null]
    if (ends_on !== null && ends_on <= starts_on)
      throw invalidInput({ ends_on: 'must be after the first day' })
    const keep = input.file ? await keepPaper(means, input.file) : () => Promise.resolve(null)
    const id = means.newId('txe')
    const now = means.business.now()
    const row = {
      ...{ id, client_id: client.id, number: input.number.trim(), authority: input.authority.trim() },
      ...{ country: input.country ?? null, tax_classes: JSON.stringify(input.tax_classes ?? []) },
      ...{ starts_on, ends_on, note: input.note ?? null },
    }
    await means.db.transaction(async (trx) => {
      const file_id = await keep(trx)
      await trx.insert('tax_exemptions', [{ ...row, file_id, created_at: now, updated_at: now }])
      const scope = { subject: id, brandId: client.brand_id, clientId: client.id }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'tax_exemption.add', after: row }])
    })
    return id
  },
)

const PAPERS = ['pdf', 'png', 'jpg']
const PAPER_MAX = 4 * 1024 * 1024

/** The bytes are written before the transaction, the row within it. */
async function keepPaper(
  means: Means,
  file: { name: string; bytes: unknown },
): Promise<(trx: Trx) => Promise<string>> {
  const { bytes } = file
  if (!(bytes instanceof Uint8Array) || bytes.length > PAPER_MAX)
    throw invalidInput({ file: `may have at most ${PAPER_MAX / 1024 / 1024} MB` })
  const type = fileTypeOf(bytes)
  if (type === null || !PAPERS.includes(type))
    throw invalidInput({ file: `must be a file of type ${PAPERS.join(', ')}` })
  const sha256 = await means.files.keep(bytes)
  const row = {
    ...{ id: means.newId('fil'), sha256, media_type: fileTypes[type], bytes: bytes.length },
    ...{ file_name: `certificate.${type}`, created_at: means.clock.now() },
  }
  return (trx) => addFile(trx, row)
}

/** From now on the paper counts no more; documents that name it stay as they are. */
export const withdrawExemption = defineVerb(
  {
    permission: 'tax_exemption.withdraw',
    asksNobody: 'it says that a paper of an authority holds no longer',
    audience: ['staff'],
    input: Type.Object({
      exemption_id: Type.String(),
      reason: Type.String({ minLength: 1, maxLength: 500 }),
    }),
  },
  async (means: Means, { exemption_id, reason }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await exemptionOf(trx, actor, exemption_id)
      if (row.withdrawn_at !== null) throw ExemptionWithdrawn({ number: row.number })
      const set = { withdrawn_at: means.business.now() }
      await updateVersioned(means, trx, { table: 'tax_exemptions', what: 'exemption', row, set })
      const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
      await recordAudit(means, trx, actor, [
        { ...scope, action: 'tax_exemption.withdraw', before: { number: row.number }, after: { reason } },
      ])
    }),
)

/** Bytes and type of the paper, for staff of the client's brand. */
export const readExemptionPaper = defineVerb(
  {
    permission: 'tax_exemption.read',
    audience: ['staff'],
    input: Type.Object({ exemption_id: Type.String() }),
  },
  (means: Means, { exemption_id }, actor): Promise<ExemptionRow> =>
    exemptionOf(means.db, actor, exemption_id),
)

/** Found through its client, whose brand decides who may see it. */
async function exemptionOf(
  queries: Queries,
  actor: Actor,
  id: string,
): Promise<ExemptionRow & { brand_id: string }> {
  const row = await queries.get<ExemptionRow & { brand_id: string }>(sql`
    select e.*, c.brand_id from tax_exemptions e join clients c on c.id = e.client_id
    where e.id = ${id} and ${scoped(actor, { table: 'c', client: 'id' })}`)
  if (!row) throw NotFound({ what: 'exemption', id })
  return row
}
