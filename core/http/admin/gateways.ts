import { setGatewayRules, takeOverMethods } from '../../billing/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { readAmount } from '../page/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { FormBody } from '../context.ts'
import { SCOPE_FIELDS, scopeIds, type ScopeField } from './gateway-scope.ts'
import type { Section } from './pages.ts'
import { gatewayForm, gatewayList } from './views/gateways.ts'
import { takeoverForm, takeoverPlan } from './views/takeover.ts'

const takeover = { path: '/gateways/:id/methods', permission: 'method.take_over' } as const

export const gateways: Section = {
  pages: [
    { path: '/gateways', permission: 'gateway.list', draw: gatewayList },
    { path: '/gateways/:id', permission: 'gateway.set_rules', draw: gatewayForm },
    { ...takeover, draw: takeoverForm },
  ],
  acts: [
    { path: '/gateways/:id', permission: 'gateway.set_rules', again: gatewayForm, act: save },
    { ...takeover, again: takeoverForm, act: (desk, asked) => takeOver(desk, asked, false) },
    {
      path: `${takeover.path}/confirm`,
      permission: takeover.permission,
      again: takeoverForm,
      act: (desk, asked) => takeOver(desk, asked, true),
    },
  ],
}

/** First shown, then, once confirmed, kept: both read the same lines and ask the gateway anew. */
async function takeOver(desk: Desk, asked: Asked, confirm: boolean) {
  const csv = textOf(asked.form, 'csv')
  const planned = await takeOverMethods(
    desk.means,
    { instance_id: asked.params.id, csv, confirm },
    desk.actor,
  )
  const once = await takeoverPlan(desk, asked, { planned, csv, done: confirm })
  return { href: `/admin/gateways/${asked.params.id!}/methods`, once }
}

async function save({ means, actor, t, locale }: Desk, { form, params }: Asked) {
  const lists = ['currencies', 'countries', 'except_countries'].flatMap((name) => {
    const codes = textOf(form, name)
      .toUpperCase()
      .split(/[\s,]+/)
      .filter(Boolean)
    return codes.length === 0 ? [] : [[name, codes] as const]
  })
  const rows = readRows(form, locale)
  const sums = rows.flatMap(({ currency, least_minor, most_minor }) =>
    least_minor === undefined && most_minor === undefined
      ? []
      : [{ currency, ...(least_minor ? { least_minor } : {}), ...(most_minor ? { most_minor } : {}) }],
  )
  const charges = rows.flatMap(({ currency, percent_ppm, fixed_minor = '0' }) =>
    percent_ppm === 0 && fixed_minor === '0' ? [] : [{ currency, percent_ppm, fixed_minor }],
  )
  const taxClass = textOf(form, 'charge_tax_class')
  const rules = {
    ...Object.fromEntries([...lists, ...(await scopes(means.db, params.id!, form))]),
    ...(sums.length > 0 ? { sums } : {}),
    ...(charges.length > 0 ? { charges } : {}),
    ...(taxClass ? { charge_tax_class: taxClass } : {}),
  }
  await setGatewayRules(means, { instance_id: params.id, rules }, actor)
  return { href: '/admin/gateways', message: t('payments.gateways.saved') }
}

async function scopes(queries: Queries, id: string, form: FormBody) {
  const instance = await queries.get<{ brand_id: string | null }>(
    sql`select brand_id from plugin_instances where id = ${id}`,
  )
  const named: [ScopeField, string[]][] = []
  for (const field of SCOPE_FIELDS) {
    const wish = { field, brandId: instance?.brand_id ?? null, text: textOf(form, field) }
    const ids = await scopeIds(queries, wish)
    if (ids.length > 0) named.push([field, ids])
  }
  return named
}

interface CurrencyRow {
  currency: string
  least_minor?: string
  most_minor?: string
  percent_ppm: number
  fixed_minor?: string
}

/** What holds for each currency that was named. */
function readRows(form: FormBody, locale: string): CurrencyRow[] {
  const cell = (name: string, i: string) => textOf((form[name] ?? {}) as FormBody, i)
  return Object.keys((form.sum_currency ?? {}) as FormBody).flatMap((i) => {
    const currency = cell('sum_currency', i).toUpperCase()
    if (currency === '') return []
    if (!/^[A-Z]{3}$/.test(currency)) throw invalidInput({ sums: `"${currency}" is not a currency` })
    const minor = (name: string, least: bigint | null) => {
      const text = cell(name, i)
      if (text === '') return {}
      const read = readAmount(text, currency, locale)
      if (read === null || (least !== null && read < least))
        throw invalidInput({ sums: `"${text}" is not an amount` })
      return { [`${name}_minor`]: read.toString() }
    }
    const bounds = { ...minor('least', 0n), ...minor('most', 0n), ...minor('fixed', null) }
    return [{ currency, ...bounds, percent_ppm: readPpm(cell('percent', i)) }]
  })
}

/** "2,9" → 29000; with a sign for a discount. */
function readPpm(text: string): number {
  if (text === '') return 0
  const found = /^([-−]?)(\d{1,2})(?:[.,](\d{1,4}))?$/.exec(text.replace(/\s*%$/, ''))
  if (!found) throw invalidInput({ sums: `"${text}" is not a percentage` })
  const ppm = Number(found[2]) * 10_000 + Number((found[3] ?? '').padEnd(4, '0'))
  return found[1] ? -ppm : ppm
}
