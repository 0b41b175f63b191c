import { changeOrderField, createOrderField, retireOrderField } from '../../catalog/index.ts'
import type { FormBody } from '../context.ts'
import { countOf, linesOf, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { fieldPage, reachField } from './views/order-field.ts'
import { productPage } from './views/product.ts'

const products = '/catalog/products/:id/fields'
const at = '/catalog/fields/:id'

export const orderFields: Section = {
  pages: [{ path: at, permission: 'product.read', draw: fieldPage }],
  acts: [
    { path: products, permission: 'order_field.create', again: productPage, act: add },
    { path: at, permission: 'order_field.change', again: fieldPage, act: change },
    { path: `${at}/retire`, permission: 'order_field.retire', again: fieldPage, act: retire },
  ],
}

const fieldOf = (form: FormBody) => ({
  label: textOf(form, 'field_label'),
  key: textOf(form, 'field_key'),
  kind: textOf(form, 'field_kind'),
  hint: optional(form, 'hint'),
  choices: linesOf(form, 'choices'),
  pattern: optional(form, 'pattern'),
  setting: optional(form, 'field_setting'),
  required: ticked(form, 'field_required'),
  position: countOf(form, 'position') ?? 0,
})

const backTo = (productId: string): string => `/admin/catalog/products/${productId}?tab=fields`

async function add({ means, actor, t }: Desk, { form, params }: Asked) {
  await createOrderField(means, { product_id: params.id, ...fieldOf(form) }, actor)
  return { href: backTo(params.id!), message: t('admin.fields.done.created') }
}

async function change(desk: Desk, { form, params, version }: Asked) {
  const { means, actor, t } = desk
  const { product } = await reachField(desk, params.id!)
  await changeOrderField(means, { id: params.id, ...(version ? { version } : {}), ...fieldOf(form) }, actor)
  return { href: backTo(product.id), message: t('admin.fields.done.changed') }
}

async function retire(desk: Desk, { params }: Asked) {
  const { product } = await reachField(desk, params.id!)
  await retireOrderField(desk.means, { id: params.id }, desk.actor)
  return { href: backTo(product.id), message: desk.t('admin.fields.done.retired') }
}
