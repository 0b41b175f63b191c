import { sql } from '../../../db/index.ts'
import { scoped } from '../../../records/index.ts'
import type { Field } from '../blocks.ts'
import { filled, type Asked, type Desk } from '../desk.ts'
import { cycleName } from './words.ts'

/** Fields of a price change: which services, and what is done to their price. Two statements. */
export async function priceChangeFields(desk: Desk, asked: Asked): Promise<Field[]> {
  const { t, means, actor } = desk
  const products = await means.db.all<{ id: string; name: string }>(sql`
    select p.id, p.name from products p where ${scoped(actor, { table: 'p', client: null })} order by p.name, p.id`)
  const lists = await means.db.all<{ id: string; name: string }>(sql`
    select l.id, l.name from price_lists l where l.retired_at is null and ${scoped(actor, { table: 'l', client: null })}
    order by l.name, l.id`)
  const choice = (rows: readonly { id: string; name: string }[]) => [
    { value: '', label: t('admin.tab.all') },
    ...rows.map(({ id, name }) => ({ value: id, label: name })),
  ]
  return [
    {
      ...filled(asked, 'product_id'),
      kind: 'select',
      required: false,
      label: t('prices.campaign.product'),
      options: choice(products),
    },
    {
      ...filled(asked, 'list_id'),
      kind: 'select',
      required: false,
      label: t('prices.group.list'),
      options: choice(lists),
    },
    {
      ...filled(asked, 'cycle'),
      kind: 'select',
      required: false,
      label: t('admin.label.cycle'),
      options: [
        { value: '', label: t('admin.tab.all') },
        ...CYCLES.map((value) => ({ value, label: cycleName(desk, value) })),
      ],
    },
    {
      ...filled(asked, 'currency'),
      required: false,
      label: t('admin.label.currency'),
      hint: t('prices.campaign.currency_hint'),
    },
    {
      ...filled(asked, 'percent'),
      required: false,
      suffix: '%',
      label: t('prices.campaign.percent'),
      hint: t('prices.campaign.percent_hint'),
    },
    {
      ...filled(asked, 'amount'),
      kind: 'money',
      required: false,
      label: t('prices.campaign.amount'),
      hint: t('prices.campaign.amount_hint'),
    },
    { ...filled(asked, 'starts_on', desk.today), kind: 'date', label: t('prices.campaign.starts_on') },
  ]
}

const CYCLES = ['1m', '3m', '6m', '1y', '2y', '3y']
