import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql } from '../db/index.ts'
import { isoDate } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { findReachableSeller } from './sellers.ts'
import { planPreset, presetNames, presetNoteKeys, type PresetNotes } from './tax-presets.ts'
import { Day, ruleRow, TaxClass, type NewRule } from './tax-rule-shape.ts'
import { rivalOf } from './tax-rules.ts'

const Texts = Type.Record(Type.String({ pattern: '^[a-z]{2,3}$' }), Type.String({ maxLength: 300 }))

export interface AddedPreset {
  added: number
  /** Rules of the set in whose place another one holds already. */
  passed: number
}

/**
 * Adds the rules of a country's set for one class of products. What stands already keeps its place, so that a set can be
 * added again and never changes what staff have entered.
 */
export const addTaxPreset = defineVerb(
  {
    permission: 'tax_rule.add_preset',
    audience: ['staff'],
    input: Type.Object({
      seller_id: Type.String(),
      preset: Type.Enum([...presetNames]),
      tax_class: Type.Optional(TaxClass),
      starts_on: Day,
      oss: Type.Optional(Type.Boolean()),
      /** Sentences for the documents: by their key, then by language. */
      notes: Type.Object(Object.fromEntries(presetNoteKeys.map((key) => [key, Texts]))),
    }),
  },
  async (means: Means, input, actor): Promise<AddedPreset> =>
    means.db.transaction(async (trx) => {
      const seller = await findReachableSeller(trx, actor, input.seller_id)
      const { rules, rounding } = planPreset(input.preset, {
        seller,
        startsOn: isoDate(input.starts_on),
        oss: input.oss ?? false,
        notes: input.notes as PresetNotes,
      })
      const tax_class = input.tax_class ?? 'standard'
      const rows = rules.map((rule) => ruleRow(means.newId('tax'), seller.id, { tax_class, ...rule }))
      const added: NewRule[] = []
      const now = means.business.now()
      for (const row of rows) {
        if (await rivalOf(trx, row)) continue
        await trx.insert('tax_rules', [{ ...row, created_at: now, updated_at: now }])
        added.push(row)
      }
      if (rounding !== seller.tax_rounding)
        await trx.run(
          sql`update sellers set tax_rounding = ${rounding}, updated_at = ${now} where id = ${seller.id}`,
        )
      const after = { preset: input.preset, tax_class, added: added.length, tax_rounding: rounding }
      await recordAudit(means, trx, actor, [{ action: 'tax_rule.add_preset', subject: seller.id, after }])
      return { added: added.length, passed: rows.length - added.length }
    }),
)
