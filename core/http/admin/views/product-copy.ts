import type { PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { reachProduct } from './product.ts'

/** What comes along, and what the copy is called. */
export async function copyPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  const { product } = await reachProduct(desk, asked.params.id!)
  const at = `/admin/catalog/products/${product.id}`
  return {
    head: {
      title: t('admin.products.copy.title', { name: product.name }),
      text: t('admin.products.copy.text'),
      crumbs: [
        { label: t('admin.catalog.title'), href: '/admin/catalog' },
        { label: product.name, href: at },
        { label: t('admin.products.act.copy') },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'copy-form',
        action: `${at}/copy`,
        fields: [
          {
            ...filled(asked, 'name', t('admin.products.copy.name', { name: product.name })),
            label: l('name'),
          },
          {
            ...filled(asked, 'slug', `${product.slug}-2`),
            label: l('slug'),
            hint: t('admin.catalog.slug_hint'),
          },
        ],
        submit: { label: t('admin.products.act.copy') },
        cancelHref: at,
        ...formParts(desk, asked),
      },
    ],
  }
}
