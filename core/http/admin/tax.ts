import { createTaxRule, deleteTaxRule } from '../../brands/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { countOf, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { taxPage } from './views/tax-rules.ts'

const PPM_PER_PERCENT = 10_000

export const tax: Section = {
  pages: [{ path: '/tax', permission: 'tax_rule.list', draw: taxPage }],
  acts: [
    { path: '/tax', permission: 'tax_rule.create', again: taxPage, act: create },
    { path: '/tax/:id/remove', permission: 'tax_rule.delete', again: taxPage, act: remove },
  ],
}

async function create({ means, actor, t }: Desk, { form }: Asked) {
  const [region, ends_on] = [optional(form, 'region'), optional(form, 'ends_on')]
  const input = {
    seller_id: textOf(form, 'seller_id'),
    country: textOf(form, 'country').toUpperCase(),
    ...(region === null ? {} : { region }),
    tax_class: textOf(form, 'tax_class'),
    name: textOf(form, 'name'),
    rate_ppm: ppmOf(textOf(form, 'rate')),
    level: countOf(form, 'level') ?? 1,
    compound: ticked(form, 'compound'),
    starts_on: textOf(form, 'starts_on'),
    ends_on,
  }
  await createTaxRule(means, input, actor)
  return { href: '/admin/tax', message: t('admin.tax.created', { name: input.name, country: input.country }) }
}

/** "19", "7.7" or "7,7" per cent. */
function ppmOf(text: string): number {
  if (!/^\d{1,3}([.,]\d{1,4})?$/.test(text)) throw invalidInput({ rate: 'must be a number such as 12.5' })
  return Math.round(Number(text.replace(',', '.')) * PPM_PER_PERCENT)
}

async function remove({ means, actor, t }: Desk, { params }: Asked) {
  await deleteTaxRule(means, { tax_rule_id: params.id }, actor)
  return { href: '/admin/tax', message: t('admin.tax.removed') }
}
