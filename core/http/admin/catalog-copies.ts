import { copyProduct } from '../../catalog/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { copyPage } from './views/product-copy.ts'

const at = '/catalog/products/:id/copy'

export const copies: Section = {
  pages: [{ path: at, permission: copyProduct.permission, draw: copyPage }],
  acts: [{ path: at, permission: copyProduct.permission, again: copyPage, act: copy }],
}

async function copy({ means, actor, t }: Desk, { form, params }: Asked) {
  const input = { id: params.id, name: textOf(form, 'name'), slug: textOf(form, 'slug') }
  const id = await copyProduct(means, input, actor)
  return { href: `/admin/catalog/products/${id}`, message: t('admin.products.done.copied') }
}
