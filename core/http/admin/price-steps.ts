import { setPrice } from '../../catalog/index.ts'
import type { FormBody } from '../context.ts'
import { countOf, decimalOf, optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { reachOption } from './views/option.ts'
import { stepsPage, STEP_ROWS, termsOf } from './views/price-steps.ts'

const at = '/catalog/options/:id/steps'

export const priceSteps: Section = {
  pages: [{ path: at, permission: 'option.read', draw: stepsPage }],
  acts: [{ path: at, permission: 'price.set', again: stepsPage, act: save }],
}

async function save(desk: Desk, asked: Asked) {
  const { means, actor, t } = desk
  const { form, params } = asked
  await reachOption(desk, params.id!)
  const { cycle, currency } = termsOf(asked)
  const sum = (text: string) => text && decimalOf(desk, text, currency)
  const minimum = sum(textOf(form, 'minimum'))
  const scheme = {
    kind: textOf(form, 'kind'),
    ...given({ included: countOf(form, 'included'), size: countOf(form, 'size') }),
    ...given({ minimum: minimum || null }),
    tiers: tiersOf(form, sum),
  }
  const from = optional(form, 'valid_from')
  const input = { owner_id: params.id, cycle, currency, scheme, ...given({ valid_from: from }) }
  await setPrice(means, input, actor)
  return { href: `/admin/catalog/options/${params.id!}`, message: t('prices.steps.saved') }
}

const given = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))

function tiersOf(form: FormBody, sum: (text: string) => string) {
  const cell = (column: string, row: number) => sum(textOf((form[column] ?? {}) as FormBody, String(row)))
  return Array.from({ length: STEP_ROWS }, (_, row) => ({
    up_to: countOf((form.up_to ?? {}) as FormBody, String(row)),
    ...given({ unit: cell('unit', row) || null, flat: cell('flat', row) || null }),
  })).filter((tier) => tier.up_to !== null || Object.keys(tier).length > 1)
}
