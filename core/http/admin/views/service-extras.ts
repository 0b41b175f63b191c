import { loadProducts, pricesOn, type Product } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { pricedExtra, type PricedExtra } from '../../../orders/index.ts'
import { findRow } from '../../../records/index.ts'
import type { ServiceRow } from '../../../services/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { filled, formParts, labeller, tickedField, valueOf, type Asked, type Desk } from '../desk.ts'
import { cycleName, periodName, traceItems } from './words.ts'

/** Add-ons of a running service: what it has, and another one with what it costs now and later. */
export async function extrasPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const wanted = { table: 'services', what: 'service', id: asked.params.id! }
  const service = await findRow<ServiceRow>(means.db, actor, wanted)
  const [product] = await loadProducts(means.db, service.brand_id, [service.product_id])
  const addons = (product?.addons ?? []).filter(({ status }) => status === 'active' || status === 'hidden')
  const at = `/admin/services/${service.id}`
  const chosen = {
    product: valueOf(asked, 'product', asked.query.product),
    cycle: valueOf(asked, 'cycle', asked.query.cycle),
    quantity: valueOf(asked, 'quantity', asked.query.quantity ?? '1'),
  }
  const addon = addons.find(({ id }) => id === chosen.product)
  const priced = addon ? await previewed(desk, { service, product: addon, chosen }) : null
  return {
    head: {
      title: t('extras.title', { label: service.label }),
      text: t('extras.text'),
      crumbs: [
        { label: t('admin.services.title'), href: '/admin/services' },
        { label: service.label, href: at },
        { label: t('extras.link') },
      ],
    },
    main: [
      await present(desk, service),
      {
        kind: 'form',
        id: 'extra-wish',
        title: t('extras.offered'),
        method: 'get',
        action: `${at}/extras`,
        keys: {},
        fields: wishFields(desk, asked, { addons, service, chosen }),
        submit: { label: t('admin.services.change.show'), kind: 'secondary' },
      },
      ...(priced ? extraPrice(desk, asked, { priced, chosen, action: `${at}/extras` }) : []),
    ],
  }
}

interface Chosen {
  product: string
  cycle: string
  quantity: string
}

function previewed(
  { means }: Desk,
  { service, product, chosen }: { service: ServiceRow; product: Product; chosen: Chosen },
): Promise<PricedExtra> {
  const { cycle, quantity } = chosen
  const wish = { service_id: service.id, product_id: product.id, quantity: Number(quantity) }
  return pricedExtra(means, means.db, { service, product, wish: { ...wish, ...(cycle ? { cycle } : {}) } })
}

async function present(desk: Desk, { id }: ServiceRow): Promise<Block> {
  const { means, t } = desk
  const l = labeller(desk)
  const rows = await means.db.all<ServiceRow>(
    sql`select * from services where parent_id = ${id} and billing_status <> 'ended' order by id limit 100`,
  )
  return {
    kind: 'table',
    id: `service-${id}-extras`,
    title: t('extras.have'),
    columns: [
      { label: t('extras.what'), phone: 'title' },
      { label: t('extras.quantity'), align: 'end' },
      { label: l('billing_state') },
      { label: l('next_due') },
      { label: l('price'), align: 'end', phone: 'side' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/services/${row.id}`,
      label: row.label,
      cells: [
        row.label,
        row.quantity,
        { state: row.billing_status },
        { day: row.next_period_on },
        inMoney(row.recurring_minor, row.currency),
      ],
    })),
    empty: { icon: 'package', title: t('extras.none') },
  }
}

function wishFields(
  desk: Desk,
  asked: Asked,
  { addons, service, chosen }: { addons: readonly Product[]; service: ServiceRow; chosen: Chosen },
) {
  const l = labeller(desk)
  const cycles = new Set(
    addons.flatMap((addon) =>
      pricesOn(addon, service.currency, desk.today).map(({ cycle }) => cycle as string),
    ),
  )
  return [
    {
      ...filled(asked, 'product', chosen.product),
      kind: 'select',
      label: desk.t('extras.what'),
      options: addons.map(({ id, name }) => ({ value: id, label: name })),
    },
    {
      ...filled(asked, 'cycle', chosen.cycle),
      kind: 'select',
      required: false,
      label: l('cycle'),
      options: [
        { value: '', label: desk.t('extras.admin.same_cycle') },
        ...[...cycles].sort().map((value) => ({ value, label: cycleName(desk, value) })),
      ],
    },
    {
      ...filled(asked, 'quantity', chosen.quantity),
      ...{ kind: 'number', min: 1, max: 50, step: '1', label: desk.t('extras.quantity') },
    },
  ]
}

function extraPrice(
  desk: Desk,
  asked: Asked,
  { priced, chosen, action }: { priced: PricedExtra; chosen: Chosen; action: string },
): Block[] {
  const { t } = desk
  const l = labeller(desk)
  const { item, service } = priced
  const money = (minor: bigint) => inMoney(minor, service.currency)
  const [part] = item.units.flat()
  const problems = Object.entries(item.errors).map(([name, reason]) => `${name} ${reason}`)
  const nextOn = part?.term?.nextOn ?? null
  return [
    ...(problems.length > 0
      ? [{ kind: 'notice', id: 'extra-problem', tone: 'bad', text: problems.join(' · ') } as const]
      : []),
    {
      kind: 'facts',
      id: 'extra-price',
      title: t('admin.services.change.price'),
      lines: true,
      items: [
        ...(part?.selection.lines ?? []).map((line) => ({
          label: line.period
            ? `${line.label}, ${periodName(desk, line.period.startsOn, line.period.endsOn)}`
            : line.label,
          value: money(line.amountMinor),
          hint: traceItems(desk, pick(line.trace))
            .map(({ label, value }) => `${label} ${value}`)
            .join(' · '),
        })),
        { label: l('due_today'), value: money(item.first.totalMinor), total: true },
        ...(item.renewal && nextOn
          ? [
              {
                label: t('admin.services.change.from_then', { cycle: cycleName(desk, item.wish.cycle) }),
                value: money(item.renewal.totalMinor),
                hint: nextOn,
              },
            ]
          : []),
      ],
    },
    {
      kind: 'form',
      id: 'extra-form',
      action,
      fields: [
        ...Object.entries(chosen).map(([name, value]) => ({ name, value, label: '', kind: 'hidden' })),
        { ...tickedField(asked, 'confirm', true), label: t('extras.admin.confirm') },
      ],
      submit: { label: t('extras.admin.add'), disabled: problems.length > 0 },
      ...formParts(desk, asked),
    },
  ]
}

const pick = ({ days, length }: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  days === undefined ? {} : { days, length }
