import type { TaxRule } from '../../core/billing/index.ts'
import { planPreset, type PresetName } from '../../core/brands/tax-presets.ts'
import { ruleRow } from '../../core/brands/tax-rule-shape.ts'
import { isoDate } from '../../core/kernel/index.ts'

const notes = {
  reverse_charge: { en: 'Reverse charge', de: 'Umkehr' },
  abroad: { en: 'Abroad' },
  india_export: { en: 'LUT' },
}

/** The rules of a country's set, as they stand after they were added. */
export function presetRules(
  name: PresetName,
  seller: { country: string; region: string | null },
  oss = true,
): TaxRule[] {
  const { rules } = planPreset(name, { seller, startsOn: isoDate('2020-01-01'), oss, notes })
  return rules.map((rule, i) => ruleRow(`tax_${i}`, 'sel_x', { tax_class: 'standard', ...rule }))
}
