import { setTerms } from '../../catalog/index.ts'
import type { FormBody } from '../context.ts'
import { countOf, decimalOf, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { productPage } from './views/product.ts'

export const productTerms: Section = {
  acts: [
    {
      path: '/catalog/products/:id/terms',
      permission: 'product.set_terms',
      again: productPage,
      act: save,
    },
  ],
}

async function save(desk: Desk, { form, params, version }: Asked) {
  const { means, actor, t } = desk
  const group = (form.trial_prices ?? {}) as FormBody
  const typed = Object.keys(group).map((currency) => [currency, textOf(group, currency)] as const)
  const input = {
    ...{ id: params.id, ...(version ? { version } : {}) },
    periods_max: countOf(form, 'periods_max'),
    trial_days: countOf(form, 'trial_days'),
    trial_then: textOf(form, 'trial_then'),
    trial_prices: Object.fromEntries(
      typed.flatMap(([currency, amount]) =>
        amount === '' ? [] : [[currency, decimalOf(desk, amount, currency)]],
      ),
    ),
  }
  await setTerms(means, input, actor)
  return { href: `/admin/catalog/products/${params.id!}?tab=terms`, message: t('prices.terms.saved') }
}
