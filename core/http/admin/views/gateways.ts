import { toDecimal } from '../../../../sdk/index.ts'
import { chargeText, readGatewayRules, type GatewayRules } from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import { findRow, scoped } from '../../../records/index.ts'
import type { PageView } from '../blocks.ts'
import { filled, formParts, textOf, type Asked, type Desk } from '../desk.ts'
import type { FormBody } from '../../context.ts'
import { SCOPE_FIELDS, scopeWords, type ScopeField, type ScopeWords } from '../gateway-scope.ts'
import { allowed } from './clients.ts'
import { listPage, paymentsAbove } from './list-page.ts'

interface Gateway {
  id: string
  name: string
  rules: string | null
}

/** Gateways and for which payments each is offered. */
export async function gatewayList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const kept = await means.db.all<{ rules: string }>(sql`select rules from gateway_rules`)
  const words = await scopeWords(
    means.db,
    kept.map(({ rules }) => JSON.parse(rules) as GatewayRules),
  )
  const l = (name: string) => t(`payments.label.${name}`)
  return listPage<Gateway>(desk, asked, {
    ...{ words: 'payments.gateways', noun: 'gateways', path: '/admin/gateways', icon: 'credit-card' },
    above: paymentsAbove(desk),
    actions: allowed(desk, 'plugin.list')
      ? [{ label: t('admin.plugins.title'), href: '/admin/plugins', icon: 'puzzle' }]
      : [],
    listing: {
      columns: sql`i.id, i.name, r.rules`,
      from: sql`from plugin_instances i join plugins p on p.id = i.plugin_id left join gateway_rules r on r.instance_id = i.id`,
      where: [sql`p.manifest like '%"gateway"%'`, scoped(desk.actor, { table: 'i', client: null })],
      key: sql`i.id`,
    },
    columns: [{ label: l('gateway'), phone: 'title' }, { label: l('offered_for') }],
    row: (row) => ({
      id: `row-${row.id}`,
      href: `/admin/gateways/${row.id}`,
      label: row.name,
      cells: [row.name, said(desk, JSON.parse(row.rules ?? '{}') as GatewayRules, words)],
    }),
  })
}

function said({ t }: Desk, rules: GatewayRules, words: ScopeWords): string {
  const parts = [
    ...(rules.currencies ?? []),
    ...(rules.countries ?? []),
    ...(rules.except_countries ?? []).map((code) => t('payments.gateways.not', { code })),
    ...SCOPE_FIELDS.flatMap((field) => words(rules, field)),
    ...(rules.sums ?? []).map(
      ({ currency, least_minor: least, most_minor: most }) =>
        `${least === undefined ? '' : toDecimal({ minor: BigInt(least), currency })}–${most === undefined ? '' : toDecimal({ minor: BigInt(most), currency })} ${currency}`,
    ),
    ...(rules.charges ?? []).map((charge) => chargeText(rules, charge.currency) + ` ${charge.currency}`),
  ]
  return parts.length === 0 ? t('payments.gateways.all') : parts.join(', ')
}

const SUMS_MORE = 2
const COLUMNS = ['sum_currency', 'least', 'most', 'percent', 'fixed'] as const

function storedRow(rules: GatewayRules, currency = ''): Record<(typeof COLUMNS)[number], string> {
  const sum = rules.sums?.find((one) => one.currency === currency)
  const charge = rules.charges?.find((one) => one.currency === currency)
  const shown = (minor: string | undefined) =>
    minor === undefined ? '' : toDecimal({ minor: BigInt(minor), currency })
  return {
    ...{ sum_currency: currency, least: shown(sum?.least_minor), most: shown(sum?.most_minor) },
    percent: charge && charge.percent_ppm !== 0 ? String(charge.percent_ppm / 10_000) : '',
    fixed: charge && charge.fixed_minor !== '0' ? shown(charge.fixed_minor) : '',
  }
}

export async function gatewayForm(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = (name: string) => t(`payments.label.${name}`)
  const gateway = await findRow<Gateway>(means.db, actor, {
    ...{ table: 'plugin_instances', what: 'gateway', id: asked.params.id!, scope: { client: null } },
  })
  const rules = await readGatewayRules(means.db, gateway.id)
  const currencies = [
    ...new Set([...(rules.sums ?? []), ...(rules.charges ?? [])].map((one) => one.currency)),
  ]
  const words = await scopeWords(means.db, [rules])
  const rows = Array.from({ length: currencies.length + SUMS_MORE }, (_, i) => {
    const stored = storedRow(rules, currencies[i])
    const cells = COLUMNS.map((name) => ({
      ...{ name: `${name}[${i}]`, label: `${l(name)} ${i + 1}`, required: false },
      value: asked.refused ? textOf((asked.refused.values[name] ?? {}) as FormBody, String(i)) : stored[name],
    }))
    return { label: `${l('sum_currency')} ${i + 1}`, cells }
  })
  const listed = (name: 'currencies' | 'countries' | 'except_countries') => ({
    ...filled(asked, name, (rules[name] ?? []).join(', ')),
    ...{ required: false, label: l(name), hint: t(`payments.gateways.${name}_hint`) },
  })
  const scoping = (field: ScopeField) => ({
    ...filled(asked, field, words(rules, field).join(', ')),
    ...{ required: false, label: l(field), hint: t(`payments.gateways.${field}_hint`) },
  })
  return {
    head: {
      title: gateway.name,
      text: t('payments.gateways.text'),
      crumbs: [{ label: t('payments.gateways.title'), href: '/admin/gateways' }, { label: gateway.name }],
      actions: allowed(desk, 'method.take_over')
        ? [
            {
              ...{ label: t('payments.takeover.title'), icon: 'credit-card' },
              href: `/admin/gateways/${gateway.id}/methods`,
            },
          ]
        : [],
    },
    main: [
      {
        kind: 'form',
        id: 'gateway-rules',
        action: `/admin/gateways/${gateway.id}`,
        fields: [
          ...[listed('currencies'), listed('countries'), listed('except_countries')],
          ...SCOPE_FIELDS.map(scoping),
          {
            ...filled(asked, 'charge_tax_class', rules.charge_tax_class ?? 'standard'),
            ...{ required: false, label: l('charge_tax_class') },
            hint: t('payments.gateways.charge_tax_class_hint'),
          },
        ],
        grid: {
          caption: t('payments.gateways.sums'),
          columns: COLUMNS.map(l),
          rows,
        },
        submit: { label: t('admin.save') },
        cancelHref: '/admin/gateways',
        ...formParts(desk, asked),
      },
    ],
  }
}
