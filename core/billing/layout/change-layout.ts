import { Type } from '../../../sdk/index.ts'
import { addFile, fileTypeOf, fileTypes } from '../../files/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { defineVerb, findRow, readSetting, writeSetting, type Means } from '../../records/index.ts'
import { logoProblem } from '../../render/index.ts'
import {
  documentLayout,
  Language,
  LayoutChoice,
  LayoutInLanguage,
  type DocumentLayout,
} from './document-layout.ts'

const brandOf = { table: 'brands', what: 'brand', scope: { client: null, brand: 'id' } }

export const readLayout = defineVerb(
  {
    permission: 'document_layout.read',
    audience: ['staff'],
    input: Type.Object({ brand_id: Type.String() }),
  },
  async (means: Means, { brand_id }, actor): Promise<DocumentLayout> => {
    const { id } = await findRow<{ id: string }>(means.db, actor, { ...brandOf, id: brand_id })
    return readSetting(means.db, documentLayout, { brand: id })
  },
)

/** Changes how documents look that are issued from now on; those that were issued keep their looks. */
export const changeLayout = defineVerb(
  {
    permission: 'document_layout.change',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object({
      brand_id: Type.String(),
      set: Type.Optional(Type.Partial(LayoutChoice)),
      /** What documents in one language have otherwise; nothing: all as in the others. */
      language: Type.Optional(Type.Object({ locale: Language, set: LayoutInLanguage })),
      /** A picture in the place of the one there is; null: none. */
      logo: Type.Optional(Type.Union([Type.Object({ bytes: Type.Unknown() }), Type.Null()])),
    }),
  },
  async (means: Means, { brand_id, set, language, logo }, actor): Promise<void> => {
    const { id } = await findRow<{ id: string }>(means.db, actor, { ...brandOf, id: brand_id })
    // Bytes are kept before the transaction, the row within it.
    const kept = logo ? await keepLogo(means, logo.bytes) : null
    await means.db.transaction(async (trx) => {
      const before = await readSetting(trx, documentLayout, { brand: id })
      if (kept) await addFile(trx, kept)
      const value = {
        ...before,
        ...set,
        ...(logo === undefined ? {} : { logo: kept?.sha256 ?? null }),
        ...(language ? { languages: { ...before.languages, [language.locale]: language.set } } : {}),
      }
      const place = { scope: 'brand', scopeId: id } as const
      await writeSetting(means, trx, { setting: documentLayout, ...place, value: withoutEmpty(value) }, actor)
    })
  },
)

const withoutEmpty = (value: DocumentLayout): DocumentLayout => ({
  ...value,
  languages: Object.fromEntries(
    Object.entries(value.languages).filter(([, own]) => Object.keys(own).length > 0),
  ),
})

async function keepLogo(means: Means, bytes: unknown) {
  const type = bytes instanceof Uint8Array ? fileTypeOf(bytes) : null
  if (type !== 'png' && type !== 'jpg') throw invalidInput({ logo: 'must be a PNG or a JPEG' })
  const picture = Buffer.from(bytes as Uint8Array)
  const problem = logoProblem(picture)
  if (problem !== null) throw invalidInput({ logo: problem })
  return {
    ...{ id: means.newId('fil'), sha256: await means.files.keep(picture), media_type: fileTypes[type] },
    ...{ bytes: picture.length, file_name: `logo.${type}`, created_at: means.clock.now() },
  }
}
