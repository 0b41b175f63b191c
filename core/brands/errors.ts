import { BerthError, defineError } from '../kernel/index.ts'

export const TaxRuleOverlaps = defineError(
  'tax_rule.overlaps',
  409,
  (p: { id: string; name: string }) =>
    `The tax rule "${p.name}" (${p.id}) covers the same place, class and days. End it first.`,
)
export const TaxNameTaken = defineError(
  'tax_rule.name_taken',
  409,
  (p: { name: string; level: number }) =>
    `"${p.name}" is a tax of level ${p.level} in this country. Give the tax of the other level its own name.`,
)
export const TaxNameTreated = defineError(
  'tax_rule.name_treated',
  409,
  (p: { name: string; treatment: string }) =>
    `"${p.name}" with this rate stands for another treatment (${p.treatment}) already. Documents tell taxes apart by name and rate: choose another name.`,
)
export const TaxRuleInEffect = defineError(
  'tax_rule.in_effect',
  409,
  (p: { starts_on: string }) =>
    `This rule is in effect since ${p.starts_on}, so documents may name it. End it and add a new one.`,
)
export const HostTaken = defineError(
  'brand.host_taken',
  409,
  (p: { host: string; brand: string }) => `The host "${p.host}" belongs to the brand ${p.brand} already.`,
)

/** The same refusal, told at the field that has to change. */
export const atField = (error: BerthError, field: string): BerthError =>
  new BerthError(error.code, error.status, error.message, {
    params: error.params,
    fields: { [field]: error.message },
  })
