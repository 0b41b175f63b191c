import { previewChange, type PricedChange, type ServiceRow } from '../../../services/index.ts'
import { sql } from '../../../db/index.ts'
import { formatMoney } from '../../../i18n/index.ts'
import { findRow } from '../../../records/index.ts'
import { cycle } from '../../../kernel/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { promotionalItem } from './renewals.ts'
import { cycleName } from './words.ts'

/** Another plan or cycle: asking (GET) shows what it costs today and later, sending does it. */
export async function changePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  const change = asked.query.product || asked.refused ? await previewed(desk, asked) : null
  const service = change?.service ?? (await presentService(desk, asked))
  const { products, cycles } = await choicesFor(desk, service)
  const at = `/admin/services/${service.id}`
  const chosen = {
    product: asked.query.product ?? service.product_id,
    cycle: asked.query.cycle ?? service.cycle,
    quantity: asked.query.quantity ?? String(service.quantity),
  }
  return {
    head: {
      title: t('admin.services.change.title', { name: service.label }),
      crumbs: [
        { label: t('admin.services.title'), href: '/admin/services' },
        { label: service.label, href: at },
        { label: t('admin.services.act.change') },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'change-wish',
        title: t('admin.services.change.wish'),
        method: 'get',
        action: `${at}/change`,
        keys: {},
        fields: [
          {
            ...filled(asked, 'product', chosen.product),
            kind: 'select',
            label: l('product'),
            options: products.map(({ value, name }) => ({ value, label: name })),
          },
          {
            ...filled(asked, 'cycle', chosen.cycle),
            kind: 'select',
            label: l('cycle'),
            options: cycles.map(({ value }) => ({ value, label: cycleName(desk, value) })),
          },
          {
            ...filled(asked, 'quantity', chosen.quantity),
            ...{ kind: 'number', min: 1, max: 50, step: '1', label: t('extras.quantity') },
          },
        ],
        submit: { label: t('admin.services.change.show'), kind: 'secondary' },
      },
      ...(change ? priced(desk, asked, { change, chosen }) : []),
    ],
  }
}

interface Choice {
  what: 'product' | 'cycle'
  value: string
  name: string
}

/** Products and cycles to choose among: one statement. */
async function choicesFor({ means }: Desk, { brand_id: brand, product_id: present, currency }: ServiceRow) {
  const rows = await means.db.all<Choice>(sql`
    select what, value, name from (
      select 'product' as what, p.id as value, p.name, p.position from products p where p.brand_id = ${brand} and p.kind <> 'addon'
        and (p.status in ('active', 'hidden') or p.id = ${present})
      union all
      select distinct 'cycle', r.cycle, r.cycle, 0 from prices r where r.currency = ${currency} and r.retired_at is null
        and r.owner_id in (select id from products where brand_id = ${brand})
    ) found order by what, position, name limit 250`)
  const of = (what: Choice['what']) => rows.filter((row) => row.what === what)
  return { products: of('product'), cycles: of('cycle') }
}

function presentService({ means, actor }: Desk, { params }: Asked): Promise<ServiceRow> {
  return findRow<ServiceRow>(means.db, actor, { table: 'services', what: 'service', id: params.id! })
}

function previewed({ means, actor }: Desk, { params, query }: Asked): Promise<PricedChange> {
  const wish = {
    service_id: params.id!,
    ...(query.product ? { product_id: query.product } : {}),
    ...(query.cycle ? { cycle: cycle(query.cycle) } : {}),
    ...(query.quantity ? { quantity: Number(query.quantity) } : {}),
    options: [],
  }
  return previewChange(means, wish, actor)
}

const creditedHint = ({ t, locale }: Desk, minor: bigint, currency: string): string =>
  t('extras.credited', { amount: formatMoney({ minor, currency }, locale) })

interface Chosen {
  change: PricedChange
  chosen: { product: string; cycle: string; quantity: string }
}

function priced(desk: Desk, asked: Asked, { change, chosen }: Chosen): Block[] {
  const { t } = desk
  const l = labeller(desk)
  const id = asked.params.id!
  const { offer, plan, added, service, sums } = change
  const lines = [...plan.lines, ...added]
  const netMinor = plan.totalMinor + added.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
  const exactMinor = sums.subtotalMinor + sums.taxMinor
  const [taxMinor, roundingMinor] = [exactMinor - netMinor, sums.totalMinor - exactMinor]
  const money = (minor: bigint) => inMoney(minor, service.currency)
  return [
    {
      kind: 'facts',
      id: 'change-price',
      title: t('admin.services.change.price'),
      lines: true,
      items: [
        ...lines.map(({ description, amountMinor, trace: { credited } }) => ({
          ...{ label: description, value: money(amountMinor) },
          ...(credited ? { hint: creditedHint(desk, BigInt(String(credited)), service.currency) } : {}),
        })),
        ...(taxMinor === 0n ? [] : [{ label: l('tax'), value: money(taxMinor) }]),
        ...(roundingMinor === 0n ? [] : [{ label: t('pdf.rounding'), value: money(roundingMinor) }]),
        { label: l('due_today'), value: money(sums.totalMinor), total: true },
        ...promotionalItem(desk, sums.promotionalMinor, service.currency),
        {
          label: t('admin.services.change.from_then', { cycle: cycleName(desk, offer.cycle) }),
          value: money(offer.recurringMinor),
        },
      ],
    },
    {
      kind: 'form',
      id: 'change-form',
      action: `/admin/services/${id}/change`,
      fields: [
        { name: 'product', label: '', kind: 'hidden', value: chosen.product },
        { name: 'cycle', label: '', kind: 'hidden', value: chosen.cycle },
        { name: 'quantity', label: '', kind: 'hidden', value: chosen.quantity },
      ],
      text: t(sums.totalMinor > 0n ? 'admin.services.change.invoiced' : 'admin.services.change.at_once'),
      submit: { label: t('admin.services.act.change') },
      cancelHref: `/admin/services/${id}`,
      ...formParts(desk, asked),
    },
  ]
}
