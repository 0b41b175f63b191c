import {
  accountingPairs,
  findPriceRule,
  pairsWithoutRate,
  previewPriceRule,
  RateMissing,
  roundingModes,
  type Derived,
  type ExchangeRate,
  type Pair,
  type PriceRule,
} from '../../../catalog/index.ts'
import { list, sql } from '../../../db/index.ts'
import { scoped } from '../../../records/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { filled, formParts, tickedField, type Asked, type Desk } from '../desk.ts'
import { percentText } from '../ppm.ts'
import { cycleName } from './words.ts'

const SHOWN = 60

interface Shop {
  id: string
  name: string
  currencies: string
  accounting_currency: string | null
}

/** Rates by day, and how prices of a currency follow from another one. */
export async function exchangeRatesPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const rates = await means.db.all<ExchangeRate>(sql`
    select * from exchange_rates where replaced_at is null order by valid_on desc, base, currency limit ${SHOWN}`)
  const brands = await means.db.all<Shop>(
    sql`select b.id, b.name, b.currencies, s.accounting_currency from brands b join sellers s on s.id = b.seller_id where ${scoped(actor, { table: 'b', client: null, brand: 'id' })} order by b.id`,
  )
  const rules = await means.db.all<PriceRule & { brand: string }>(sql`
    select r.*, b.name as brand from price_rules r join brands b on b.id = r.brand_id
    where ${scoped(actor, { table: 'r', client: null })} order by b.name, r.currency, r.id`)
  const ofRule = asked.path.endsWith('/rules')
  const refused = (mine: boolean): Asked => (mine ? asked : { ...asked, refused: null })
  return {
    head: { title: t('prices.rates.title'), text: t('prices.rates.text') },
    main: [
      ...lacking(desk, await pairsWithoutRate(means.db, accountingPairs(brands))),
      rulesTable(desk, rules),
      ruleForm(desk, refused(ofRule), brands),
      ratesTable(desk, rates),
      rateForm(desk, refused(!ofRule)),
    ],
  }
}

/** Documents of which the tax could not be stated in the currency in which it is owed. */
function lacking({ t }: Desk, pairs: readonly Pair[]): Block[] {
  if (pairs.length === 0) return []
  const named = pairs.map(({ base, currency }) => `${base} – ${currency}`).join(', ')
  const text = t('prices.rates.lacking_text', { pairs: named })
  return [{ kind: 'notice', id: 'rates-lacking', tone: 'warn', title: t('prices.rates.lacking'), text }]
}

function rulesTable({ t }: Desk, rules: readonly (PriceRule & { brand: string })[]): Block {
  return {
    kind: 'table',
    id: 'price-rules',
    title: t('prices.rates.rules'),
    columns: [
      { label: t('admin.label.currency'), phone: 'title' },
      { label: t('prices.rates.base') },
      { label: t('admin.label.brand') },
      { label: t('prices.rates.markup'), align: 'end' },
      { label: t('prices.rates.follows'), phone: 'side' },
    ],
    rows: rules.map((rule) => ({
      id: `row-${rule.id}`,
      href: `/admin/exchange-rates/rules/${rule.id}`,
      label: rule.currency,
      cells: [
        rule.currency,
        rule.base,
        rule.brand,
        `${percentText(rule.markup_ppm)} %`,
        t(rule.follows === 1 ? 'admin.settings.yes' : 'admin.settings.no'),
      ],
    })),
    empty: { icon: 'switch-horizontal', title: t('prices.rates.no_rules') },
  }
}

function ruleForm(desk: Desk, asked: Asked, brands: readonly Shop[]): Block {
  const { t } = desk
  const sold = brands.flatMap((brand) =>
    (JSON.parse(brand.currencies) as string[]).map((currency) => ({ ...brand, currency })),
  )
  const currencies = [...new Set(sold.map(({ currency }) => currency))]
  return {
    kind: 'form',
    id: 'price-rule-form',
    title: t('prices.rates.new_rule'),
    action: '/admin/exchange-rates/rules',
    fields: [
      {
        ...filled(asked, 'from', sold[0] && `${sold[0].id} ${sold[0].currency}`),
        kind: 'select',
        label: t('prices.rates.base'),
        options: sold.map(({ id, name, currency }) => ({
          value: `${id} ${currency}`,
          label: brands.length > 1 ? `${name}: ${currency}` : currency,
        })),
      },
      {
        ...filled(asked, 'rule_currency', currencies[1]),
        kind: 'select',
        label: t('admin.label.currency'),
        options: currencies.map((value) => ({ value, label: value })),
        ...(asked.refused?.fields.currency ? { error: asked.refused.fields.currency } : {}),
      },
      { ...filled(asked, 'markup', '0'), label: t('prices.rates.markup'), suffix: '%', required: false },
      {
        ...filled(asked, 'mode', 'nearest'),
        kind: 'select',
        label: t('prices.rates.mode'),
        options: roundingModes.map((value) => ({ value, label: t(`prices.rates.mode_of.${value}`) })),
      },
      { ...filled(asked, 'step', '1.00'), label: t('prices.rates.step'), hint: t('prices.rates.step_hint') },
      {
        ...filled(asked, 'ending', '0.99'),
        label: t('prices.rates.ending'),
        hint: t('prices.rates.ending_hint'),
        required: false,
      },
      { ...tickedField(asked, 'follows', false), label: t('prices.rates.follows_hint') },
    ],
    submit: { label: t('prices.rates.set_rule') },
    ...formParts(desk, asked),
  }
}

function ratesTable({ t }: Desk, rates: readonly ExchangeRate[]): Block {
  return {
    kind: 'table',
    id: 'exchange-rates',
    title: t('prices.rates.rates'),
    columns: [
      { label: t('admin.label.from'), phone: 'title' },
      { label: t('prices.rates.base') },
      { label: t('admin.label.currency') },
      { label: t('admin.label.rate'), align: 'end', phone: 'side' },
      { label: t('prices.rates.source') },
    ],
    rows: rates.map((row) => ({
      id: `row-${row.id}`,
      label: `${row.base} ${row.currency}`,
      cells: [
        { day: row.valid_on },
        row.base,
        row.currency,
        { mono: row.rate },
        row.source === 'manual'
          ? t('prices.rates.manual')
          : { href: `/admin/plugins/instances/${row.source}`, text: row.source },
      ],
    })),
    empty: { icon: 'switch-horizontal', title: t('prices.rates.no_rates') },
  }
}

function rateForm(desk: Desk, asked: Asked): Block {
  const { t, today } = desk
  return {
    kind: 'form',
    id: 'exchange-rate-form',
    title: t('prices.rates.new'),
    action: '/admin/exchange-rates',
    fields: [
      { ...filled(asked, 'base', 'EUR'), label: t('prices.rates.base') },
      { ...filled(asked, 'currency'), label: t('admin.label.currency') },
      { ...filled(asked, 'valid_on', today), kind: 'date', label: t('admin.label.from') },
      { ...filled(asked, 'rate'), label: t('admin.label.rate'), hint: t('prices.rates.rate_hint') },
    ],
    submit: { label: t('prices.rates.enter'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

/** What a rule would set today, before anything is written. */
export async function priceRulePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const rule = await findPriceRule(means.db, actor, asked.params.rule!)
  const derived = await previewPriceRule(means, { id: rule.id }, actor).catch((error: unknown) => {
    if ((error as { code?: string }).code !== RateMissing.code) throw error
    return null
  })
  const title = t('prices.rates.rule_of', { base: rule.base, currency: rule.currency })
  return {
    head: {
      title,
      crumbs: [{ label: t('prices.rates.title'), href: '/admin/exchange-rates' }, { label: title }],
      ...(derived
        ? { text: t('prices.rates.by', { rate: derived.rate.rate, on: derived.rate.valid_on }) }
        : {}),
      actions:
        derived && derived.prices.length > 0
          ? [
              {
                label: t('prices.rates.apply'),
                post: `/admin/exchange-rates/rules/${rule.id}/apply`,
                kind: 'primary',
                icon: 'check',
              },
            ]
          : [],
    },
    main: derived
      ? [await derivedTable(desk, derived)]
      : [{ kind: 'notice', id: 'rate-missing', tone: 'warn', text: RateMissing(rule).message }],
  }
}

async function derivedTable(desk: Desk, { rule, prices }: Derived): Promise<Block> {
  const { t, means } = desk
  const ids = [...new Set(prices.map(({ ownerId }) => ownerId))]
  const names = await means.db.all<{ id: string; name: string }>(sql`
    select id, name from products where id in (${list(ids)})
    union all select o.id, p.name || ' · ' || o.name from options o join products p on p.id = o.product_id where o.id in (${list(ids)})
    union all select v.id, p.name || ' · ' || o.name || ': ' || v.label from option_values v join options o on o.id = v.option_id
      join products p on p.id = o.product_id where v.id in (${list(ids)})`)
  const nameOf = new Map(names.map(({ id, name }) => [id, name]))
  return {
    kind: 'table',
    id: 'derived-prices',
    title: t('prices.rates.preview'),
    columns: [
      { label: t('admin.label.name'), phone: 'title' },
      { label: t('admin.label.cycle') },
      { label: t('prices.rates.now'), align: 'end' },
      { label: t('prices.rates.then'), align: 'end', phone: 'side' },
    ],
    rows: prices.map((price) => ({
      id: `row-${price.ownerId}-${price.cycle}`,
      label: nameOf.get(price.ownerId) ?? price.ownerId,
      cells: [
        nameOf.get(price.ownerId) ?? price.ownerId,
        cycleName(desk, price.cycle),
        price.oldMinor === null ? '–' : inMoney(price.oldMinor, rule.currency),
        inMoney(price.amountMinor, rule.currency),
      ],
    })),
    empty: { icon: 'check', title: t('prices.rates.nothing') },
  }
}
