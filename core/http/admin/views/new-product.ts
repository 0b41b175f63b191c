import { listGroups, productKinds } from '../../../catalog/index.ts'
import type { PageView } from '../blocks.ts'
import { filled, formParts, labeller, tickedField, type Asked, type Desk } from '../desk.ts'
import { brandsOf } from './catalog.ts'
import { groupField, groupPlaces, type GroupPlace } from './group-places.ts'

/** The groups of every brand within reach; of several, each says its brand. */
async function placesOf(desk: Desk): Promise<GroupPlace[]> {
  const brands = await brandsOf(desk)
  const all = []
  for (const { id, name } of brands) {
    const groups = await listGroups(desk.means.db, id, { hidden: true })
    all.push(...groupPlaces(groups, undefined, brands.length > 1 ? [name] : []))
  }
  return all
}

export async function newProduct(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const l = labeller(desk)
  const places = await placesOf(desk)
  const title = t('admin.products.new')
  const head = {
    title,
    crumbs: [{ label: t('admin.catalog.title'), href: '/admin/catalog' }, { label: title }],
  }
  if (places.length === 0)
    return {
      head,
      main: [
        {
          kind: 'notice',
          id: 'product-no-group',
          tone: 'info',
          text: t('admin.products.no_group'),
          action: { label: t('admin.groups.new'), href: '/admin/catalog/groups/new' },
        },
      ],
    }
  return {
    head,
    main: [
      {
        kind: 'form',
        id: 'product-form',
        action: '/admin/catalog/products',
        fields: [
          groupField(desk, asked, { groupId: asked.query.group ?? places[0]!.id, places }),
          { ...filled(asked, 'name'), label: l('name') },
          { ...filled(asked, 'slug'), label: l('slug'), hint: t('admin.catalog.slug_hint') },
          {
            ...filled(asked, 'kind', 'other'),
            kind: 'select',
            label: l('kind'),
            options: productKinds.map((value) => ({ value, label: t(`admin.product_kind.${value}`) })),
          },
          { ...filled(asked, 'summary'), label: l('summary'), required: false },
          { ...tickedField(asked, 'asks', true), label: t('admin.products.asks') },
        ],
        submit: { label: t('admin.products.create') },
        cancelHref: '/admin/catalog',
        ...formParts(desk, asked),
      },
    ],
  }
}
