import {
  changeProduct,
  createProduct,
  exportCatalog,
  hideProduct,
  importCatalogFile,
  linkAddon,
  publishProduct,
  retireProduct,
  createOption,
  unlinkAddon,
} from '../../catalog/index.ts'
import { invalidInput, isoDate } from '../../kernel/index.ts'
import { parseGuarded } from '../../plugins/index.ts'
import { checkForm } from '../../records/index.ts'
import type { FormBody } from '../context.ts'
import { savePrices, type TypedPrice } from './catalog-prices.ts'
import { countOf, linesOf, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import { options } from './catalog-options.ts'
import { conditionActs } from './option-conditions.ts'
import type { Act, Section } from './pages.ts'
import { schemaValues } from './schema-values.ts'
import { catalogPage, importPage } from './views/catalog.ts'
import { newProduct } from './views/new-product.ts'
import { moduleSchema, productPage, reachProduct } from './views/product.ts'

const products = '/catalog/products'

export const catalog: Section = {
  pages: [
    { path: '/catalog', permission: 'catalog.read', draw: catalogPage },
    { path: '/catalog/import', permission: 'catalog.import', draw: importPage },
    { path: `${products}/new`, permission: 'product.create', draw: newProduct },
    { path: `${products}/:id`, permission: 'product.read', draw: productPage },
    ...options.pages!,
  ],
  acts: [
    { path: '/catalog/import', permission: 'catalog.import', again: importPage, act: importFile },
    { path: products, permission: 'product.create', again: newProduct, act: addProduct },
    { path: `${products}/:id`, permission: 'product.change', again: productPage, act: editProduct },
    { path: `${products}/:id/prices`, permission: 'price.set', again: productPage, act: setPrices },
    { path: `${products}/:id/options`, permission: 'option.create', again: productPage, act: addOption },
    { path: `${products}/:id/addons`, permission: 'addon.link', again: productPage, act: addAddon },
    {
      path: `${products}/:id/addons/:addon/unlink`,
      permission: 'addon.unlink',
      again: productPage,
      act: removeAddon,
    },
    ...(['publish', 'hide', 'retire'] as const).map((name): Act => ({
      path: `${products}/:id/${name}`,
      permission: `product.${name}`,
      again: productPage,
      act: move(name),
    })),
    ...options.acts!,
    ...conditionActs,
  ],
  files: [{ path: '/catalog/export/:file', permission: 'catalog.export', send: exportFile }],
}

const atProduct = ({ params }: Asked, tab?: string): string =>
  `/admin/catalog/products/${params.id!}${tab ? `?tab=${tab}` : ''}`

async function importFile({ means, actor, t }: Desk, { form }: Asked) {
  const text = textOf(form, 'yaml')
  await importCatalogFile(means, { brand_id: textOf(form, 'brand_id'), text }, actor)
  return { href: '/admin/catalog', message: t('admin.catalog.imported') }
}

async function exportFile({ means, actor }: Desk, { params }: Asked) {
  const brand_id = params.file!.replace(/\.yaml$/, '')
  return {
    name: 'catalogue.yaml',
    type: 'text/yaml; charset=utf-8',
    body: await exportCatalog(means, { brand_id }, actor),
  }
}

async function addProduct({ means, actor, t }: Desk, { form }: Asked) {
  const input = {
    group_id: textOf(form, 'group_id'),
    name: textOf(form, 'name'),
    slug: textOf(form, 'slug'),
    kind: textOf(form, 'kind'),
    summary: optional(form, 'summary'),
    asks: ticked(form, 'asks'),
  }
  const id = await createProduct(means, input, actor)
  return { href: `/admin/catalog/products/${id}`, message: t('admin.products.done.created') }
}

async function editProduct(desk: Desk, asked: Asked) {
  const { means, actor, t } = desk
  const { form, version } = asked
  const input = {
    id: asked.params.id,
    ...(version ? { version } : {}),
    group_id: textOf(form, 'group_id'),
    name: textOf(form, 'name'),
    slug: textOf(form, 'slug'),
    summary: optional(form, 'summary'),
    description: optional(form, 'description'),
    features: linesOf(form, 'features'),
    tax_class: textOf(form, 'tax_class'),
    stock: countOf(form, 'stock'),
    position: countOf(form, 'position') ?? 0,
    featured: ticked(form, 'featured'),
    grace_days: countOf(form, 'grace_days'),
    terminate_days: countOf(form, 'terminate_days'),
    delivery_on: textOf(form, 'delivery_on'),
    instance_id: optional(form, 'instance_id'),
    server_group_id: optional(form, 'server_group_id'),
    module_settings: await moduleSettingsOf(desk, asked),
  }
  await changeProduct(means, input, actor)
  return { href: atProduct(asked), message: t('admin.products.done.changed') }
}

/** As the plugin's schema wants them; what it does not know of stays as it is. */
async function moduleSettingsOf(desk: Desk, { form, params }: Asked): Promise<unknown> {
  if ('module_settings' in form) return jsonOf(form, 'module_settings')
  const { product } = await reachProduct(desk, params.id!)
  const schema = await moduleSchema(desk, product)
  if (!schema) return product.moduleSettings
  const { settings } = schemaValues(schema, [], form.settings)
  const kept = Object.entries(product.moduleSettings).filter(([name]) => !(name in schema.properties))
  return { ...Object.fromEntries(kept), ...checkForm(schema, settings) }
}

function jsonOf(form: FormBody, name: string): unknown {
  try {
    return parseGuarded(textOf(form, name) || '{}')
  } catch {
    throw invalidInput({ [name]: 'is not JSON such as {"memory": 4096}' })
  }
}

async function setPrices(desk: Desk, asked: Asked) {
  const { product } = await reachProduct(desk, asked.params.id!)
  const day = optional(asked.form, 'valid_from')
  const group = (name: string) => (asked.form[name] ?? {}) as FormBody
  const typed = Object.keys(group('amount')).map((key): TypedPrice => {
    const [cycle = '', currency = ''] = key.split(':')
    const fields = { amount: `amount[${key}]`, setup: `setup[${key}]` }
    const [amount, setup] = [textOf(group('amount'), key), textOf(group('setup'), key)]
    const validFrom = day === null || day === desk.today ? null : isoDate(day)
    return { ownerId: product.id, prices: product.prices, cycle, currency, amount, setup, validFrom, fields }
  })
  const count = await savePrices(desk, typed)
  return { href: atProduct(asked, 'prices'), message: desk.t('admin.products.done.prices', { count }) }
}

async function addOption({ means, actor, t }: Desk, asked: Asked) {
  const { form } = asked
  const input = {
    product_id: asked.params.id,
    name: textOf(form, 'option_name'),
    key: textOf(form, 'key'),
    kind: textOf(form, 'kind'),
    setting: optional(form, 'setting'),
    required: ticked(form, 'required'),
  }
  const id = await createOption(means, input, actor)
  return { href: `/admin/catalog/options/${id}`, message: t('admin.options.done.created') }
}

async function addAddon({ means, actor, t }: Desk, asked: Asked) {
  await linkAddon(means, { product_id: asked.params.id, addon_id: textOf(asked.form, 'addon_id') }, actor)
  return { href: atProduct(asked, 'addons'), message: t('admin.addons.done.linked') }
}

async function removeAddon({ means, actor, t }: Desk, asked: Asked) {
  await unlinkAddon(means, { product_id: asked.params.id, addon_id: asked.params.addon }, actor)
  return { href: atProduct(asked, 'addons'), message: t('admin.addons.done.unlinked') }
}

function move(name: 'publish' | 'hide' | 'retire'): Act['act'] {
  const verb = { publish: publishProduct, hide: hideProduct, retire: retireProduct }[name]
  return async ({ means, actor, t }, asked) => {
    await verb(means, { id: asked.params.id }, actor)
    return { href: atProduct(asked), message: t(`admin.products.done.${name}`) }
  }
}
