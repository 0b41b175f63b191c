import type { OrderField, Product } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { PageView } from '../blocks.ts'
import { formParts, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { productState } from './catalog.ts'
import { fieldFields } from './field-fields.ts'
import { reachProduct } from './product.ts'

/** The question with its product; of another brand it is not found. */
export async function reachField(desk: Desk, id: string): Promise<{ field: OrderField; product: Product }> {
  const row = await desk.means.db.get<{ product_id: string }>(sql`
    select f.product_id from order_fields f join products p on p.id = f.product_id
    where f.id = ${id} and ${scoped(desk.actor, { table: 'p', client: null })}`)
  if (!row) throw NotFound({ what: 'order field', id })
  const { product } = await reachProduct(desk, row.product_id)
  return { field: product.fields.find((one) => one.id === id)!, product }
}

export async function fieldPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const { field, product } = await reachField(desk, asked.params.id!)
  const at = `/admin/catalog/fields/${field.id}`
  const back = `/admin/catalog/products/${product.id}?tab=fields`
  return {
    head: {
      title: field.label,
      crumbs: [
        { label: t('admin.catalog.title'), href: '/admin/catalog' },
        { label: product.name, href: back },
        { label: field.label },
      ],
      status: field.retiredAt === null ? [] : [productState(desk, 'retired')],
      actions:
        field.retiredAt === null && allowed(desk, 'order_field.retire')
          ? [{ label: t('admin.fields.retire'), post: `${at}/retire`, kind: 'ghost', icon: 'archive' }]
          : [],
    },
    main: [
      {
        kind: 'form',
        id: 'field-form',
        action: at,
        fields: fieldFields(desk, asked, field),
        submit: { label: t('admin.save') },
        cancelHref: back,
        ...formParts(desk, asked, field.version),
      },
    ],
  }
}
