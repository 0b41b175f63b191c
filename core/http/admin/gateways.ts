import { setGatewayRules } from '../../billing/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { readAmount } from '../page/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { FormBody } from '../context.ts'
import type { Section } from './pages.ts'
import { gatewayForm, gatewayList } from './views/gateways.ts'

export const gateways: Section = {
  pages: [
    { path: '/gateways', permission: 'gateway.list', draw: gatewayList },
    { path: '/gateways/:id', permission: 'gateway.set_rules', draw: gatewayForm },
  ],
  acts: [{ path: '/gateways/:id', permission: 'gateway.set_rules', again: gatewayForm, act: save }],
}

async function save({ means, actor, t, locale }: Desk, { form, params }: Asked) {
  const lists = ['currencies', 'countries', 'except_countries'].flatMap((name) => {
    const codes = textOf(form, name)
      .toUpperCase()
      .split(/[\s,]+/)
      .filter(Boolean)
    return codes.length === 0 ? [] : [[name, codes] as const]
  })
  const column = (name: string) => (form[name] ?? {}) as FormBody
  const sums = Object.keys(column('sum_currency')).flatMap((i) => {
    const currency = textOf(column('sum_currency'), i).toUpperCase()
    if (currency === '') return []
    if (!/^[A-Z]{3}$/.test(currency)) throw invalidInput({ sums: `"${currency}" is not a currency` })
    const bound = (name: string) => {
      const text = textOf(column(name), i)
      if (text === '') return {}
      const minor = readAmount(text, currency, locale)
      if (minor === null || minor < 0n) throw invalidInput({ sums: `"${text}" is not an amount` })
      return { [`${name}_minor`]: minor.toString() }
    }
    return [{ currency, ...bound('least'), ...bound('most') }]
  })
  const rules = { ...Object.fromEntries(lists), ...(sums.length > 0 ? { sums } : {}) }
  await setGatewayRules(means, { instance_id: params.id, rules }, actor)
  return { href: '/admin/gateways', message: t('payments.gateways.saved') }
}
