import { Type, type Static } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import type { Actor, Instant } from '../../kernel/index.ts'
import { defineVerb, findRow, scoped, updateVersioned, type Means } from '../../records/index.ts'
import { TextRetired } from '../errors.ts'
import type { DocumentText } from './fitting-texts.ts'

export interface TextRow extends DocumentText {
  id: string
  brand_id: string
  name: string
  position: number
  retired_at: Instant | null
  version: number
}

const Content = {
  name: Type.String({ minLength: 1, maxLength: 100 }),
  kind: Type.Enum({ any: 'any', invoice: 'invoice', credit_note: 'credit_note' } as const),
  country: Type.Union([Type.String({ pattern: '^[A-Z]{2}$' }), Type.Null()]),
  situation: Type.Enum({ any: 'any', taxed: 'taxed', untaxed: 'untaxed', exempt: 'exempt' } as const),
  locale: Type.Union([Type.String({ pattern: '^[a-z]{2,3}(-[A-Z]{2})?$' }), Type.Null()]),
  body: Type.String({ minLength: 1, maxLength: 2_000 }),
  position: Type.Integer({ minimum: 0, maximum: 1_000, default: 0 }),
}
const Fields = Type.Object(Content)

const place = { table: 'document_texts', what: 'document text', scope: { client: null } }

/** Adds a text to the documents of a brand that are issued from now on. Answers its id. */
export const createText = defineVerb(
  {
    permission: 'document_text.create',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object({ brand_id: Type.String(), ...Content }),
  },
  async (means: Means, { brand_id, ...fields }, actor): Promise<string> => {
    const scope = { client: null, brand: 'id' }
    await findRow(means.db, actor, { table: 'brands', what: 'brand', id: brand_id, scope })
    const id = means.newId('dtx')
    const now = means.business.now()
    await means.db.transaction(async (trx) => {
      await trx.insert('document_texts', [{ id, brand_id, ...fields, created_at: now, updated_at: now }])
      await audit(means, trx, { id, brandId: brand_id, action: 'document_text.create', after: fields }, actor)
    })
    return id
  },
)

/** Changes what further documents say; those that were issued keep what they say. */
export const changeText = defineVerb(
  {
    permission: 'document_text.change',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object({ text_id: Type.String(), version: Type.Optional(Type.Integer()), ...Content }),
  },
  (means: Means, { text_id, version, ...fields }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await inForce(trx, actor, text_id)
      const at = { id: row.id, version: version ?? row.version }
      await updateVersioned(means, trx, { table: 'document_texts', what: place.what, row: at, set: fields })
      const of = {
        id: row.id,
        brandId: row.brand_id,
        action: 'document_text.change',
        before: row,
        after: fields,
      }
      await audit(means, trx, of, actor)
    }),
)

/** Takes a text off further documents. */
export const retireText = defineVerb(
  {
    permission: 'document_text.retire',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object({ text_id: Type.String() }),
  },
  (means: Means, { text_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await inForce(trx, actor, text_id)
      const set = { retired_at: means.business.now() }
      await updateVersioned(means, trx, { table: 'document_texts', what: place.what, row, set })
      const of = {
        id: row.id,
        brandId: row.brand_id,
        action: 'document_text.retire',
        before: row,
        after: set,
      }
      await audit(means, trx, of, actor)
    }),
)

export const readText = defineVerb(
  { permission: 'document_text.read', audience: ['staff'], input: Type.Object({ text_id: Type.String() }) },
  (means: Means, { text_id }, actor): Promise<TextRow> =>
    findRow<TextRow>(means.db, actor, { ...place, id: text_id }),
)

export const listTexts = defineVerb(
  { permission: 'document_text.list', audience: ['staff'], input: Type.Object({}) },
  (means: Means, _input, actor): Promise<TextRow[]> =>
    means.db.all<TextRow>(sql`
      select x.* from document_texts x where x.retired_at is null and ${scoped(actor, { table: 'x', client: null })}
      order by x.brand_id, x.position, x.id`),
)

async function inForce(trx: Trx, actor: Actor, id: string): Promise<TextRow> {
  const row = await findRow<TextRow>(trx, actor, { ...place, id })
  if (row.retired_at !== null) throw TextRetired({ name: row.name })
  return row
}

interface Trail {
  id: string
  brandId: string
  action: string
  before?: object
  after: Partial<Static<typeof Fields>> | { retired_at: Instant }
}

function audit(means: Means, trx: Trx, { id, brandId, ...entry }: Trail, actor: Actor): Promise<void> {
  return recordAudit(means, trx, actor, [{ subject: id, brandId, ...entry }])
}
