import { applyPriceRule, enterRate, setPriceRule } from '../../catalog/index.ts'
import { decimalOf, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { ppmOf } from './ppm.ts'
import { exchangeRatesPage, priceRulePage } from './views/exchange-rates.ts'

export const exchangeRates: Section = {
  pages: [
    { path: '/exchange-rates', permission: 'exchange_rate.list', draw: exchangeRatesPage },
    { path: '/exchange-rates/rules/:rule', permission: 'price_rule.preview', draw: priceRulePage },
  ],
  acts: [
    { path: '/exchange-rates', permission: 'exchange_rate.enter', again: exchangeRatesPage, act: enter },
    { path: '/exchange-rates/rules', permission: 'price_rule.set', again: exchangeRatesPage, act: setRule },
    {
      path: '/exchange-rates/rules/:rule/apply',
      permission: 'price_rule.apply',
      again: priceRulePage,
      act: apply,
    },
  ],
}

async function enter({ means, actor, t }: Desk, { form }: Asked) {
  const input = {
    base: textOf(form, 'base').toUpperCase(),
    currency: textOf(form, 'currency').toUpperCase(),
    valid_on: textOf(form, 'valid_on'),
    rate: textOf(form, 'rate').replace(',', '.'),
  }
  await enterRate(means, input, actor)
  return { href: '/admin/exchange-rates', message: t('prices.rates.entered') }
}

async function setRule(desk: Desk, { form }: Asked) {
  const { means, actor, t } = desk
  const [brand_id = '', base = ''] = textOf(form, 'from').split(' ')
  const currency = textOf(form, 'rule_currency')
  const sum = (text: string) => decimalOf(desk, text, currency)
  const input = {
    ...{ brand_id, base, currency },
    markup_ppm: ppmOf(optional(form, 'markup') ?? '0', 'markup'),
    ...{ mode: textOf(form, 'mode'), step: sum(textOf(form, 'step')) },
    ending: sum(optional(form, 'ending') ?? '0'),
    follows: ticked(form, 'follows'),
  }
  const id = await setPriceRule(means, input, actor)
  return { href: `/admin/exchange-rates/rules/${id}`, message: t('prices.rates.rule_set') }
}

async function apply({ means, actor, t }: Desk, { params }: Asked) {
  const count = await applyPriceRule(means, { id: params.rule }, actor)
  return {
    href: `/admin/exchange-rates/rules/${params.rule!}`,
    message: t('admin.products.done.prices', { count }),
  }
}
