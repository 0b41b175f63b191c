import type { Option, OptionValue, Product } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { PageView } from '../blocks.ts'
import { formParts, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { productState } from './catalog.ts'
import { reachProduct } from './product.ts'
import { valueFields } from './value-fields.ts'

interface Reached {
  value: OptionValue
  option: Option
  product: Product
}

/** The value with its option and product; of another brand it is not found. */
export async function reachValue(desk: Desk, id: string): Promise<Reached> {
  const row = await desk.means.db.get<{ option_id: string; product_id: string }>(sql`
    select v.option_id, o.product_id from option_values v join options o on o.id = v.option_id
    join products p on p.id = o.product_id
    where v.id = ${id} and ${scoped(desk.actor, { table: 'p', client: null })}`)
  if (!row) throw NotFound({ what: 'option value', id })
  const { product } = await reachProduct(desk, row.product_id)
  const option = product.options.find((one) => one.id === row.option_id)!
  return { value: option.values.find((one) => one.id === id)!, option, product }
}

export async function valuePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const { value, option, product } = await reachValue(desk, asked.params.id!)
  const at = `/admin/catalog/values/${value.id}`
  const back = `/admin/catalog/options/${option.id}`
  return {
    head: {
      title: value.label,
      crumbs: [
        { label: t('admin.catalog.title'), href: '/admin/catalog' },
        { label: product.name, href: `/admin/catalog/products/${product.id}?tab=options` },
        { label: option.name, href: back },
        { label: value.label },
      ],
      status: value.retiredAt === null ? [] : [productState(desk, 'retired')],
      actions:
        value.retiredAt === null && allowed(desk, 'option_value.retire')
          ? [{ label: t('admin.options.retire_value'), post: `${at}/retire`, kind: 'ghost', icon: 'archive' }]
          : [],
    },
    main: [
      {
        kind: 'form',
        id: 'value-form',
        action: at,
        fields: await valueFields(desk, asked, value),
        submit: { label: t('admin.save') },
        cancelHref: back,
        ...formParts(desk, asked, value.version),
      },
    ],
  }
}
