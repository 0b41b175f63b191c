import {
  changeBundle,
  changeGift,
  createBundle,
  createGift,
  restoreBundle,
  restoreGift,
  retireBundle,
  retireGift,
  suggestProducts,
} from '../../catalog/index.ts'
import { invalidInput, NotFound } from '../../kernel/index.ts'
import { sql } from '../../db/index.ts'
import type { FormBody } from '../context.ts'
import { countOf, decimalOf, optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Act, Section } from './pages.ts'
import { idsOfSlugs, wordsOf } from './slugs.ts'
import { bundleList, bundlePage, newBundle, readBundle } from './views/bundles.ts'
import { giftList, giftPage, newGift, suggestionsPage } from './views/gifts.ts'

export const deals: Section = {
  pages: [
    { path: '/bundles', permission: 'bundle.list', draw: bundleList },
    { path: '/bundles/new', permission: 'bundle.create', draw: newBundle },
    { path: '/bundles/:id', permission: 'bundle.read', draw: bundlePage },
    { path: '/gifts', permission: 'product_gift.list', draw: giftList },
    { path: '/gifts/new', permission: 'product_gift.create', draw: newGift },
    { path: '/gifts/:id', permission: 'product_gift.read', draw: giftPage },
    { path: '/catalog/products/:id/suggestions', permission: 'product.suggest', draw: suggestionsPage },
  ],
  acts: [
    { path: '/bundles', permission: 'bundle.create', again: newBundle, act: create },
    { path: '/bundles/:id', permission: 'bundle.change', again: bundlePage, act: change },
    move('bundle', 'retire'),
    move('bundle', 'restore'),
    { path: '/gifts', permission: 'product_gift.create', again: newGift, act: give },
    { path: '/gifts/:id', permission: 'product_gift.change', again: giftPage, act: changeGiven },
    move('product_gift', 'retire'),
    move('product_gift', 'restore'),
    {
      ...{ path: '/catalog/products/:id/suggestions', permission: 'product.suggest' },
      ...{ again: suggestionsPage, act: suggest },
    },
  ],
}

function move(noun: 'bundle' | 'product_gift', name: 'retire' | 'restore'): Act {
  const folder = noun === 'bundle' ? 'bundles' : 'gifts'
  const verbs = {
    bundle: { retire: retireBundle, restore: restoreBundle },
    product_gift: { retire: retireGift, restore: restoreGift },
  }
  return {
    path: `/${folder}/:id/${name}`,
    permission: `${noun}.${name}`,
    again: noun === 'bundle' ? bundlePage : giftPage,
    act: async ({ means, actor, t }, { params }) => {
      await verbs[noun][name](means, { id: params.id }, actor)
      return { href: `/admin/${folder}/${params.id!}`, message: t(`offers.done.${name}`) }
    },
  }
}

async function create(desk: Desk, { form }: Asked) {
  const { means, actor, t } = desk
  const brand_id = textOf(form, 'brand_id')
  const input = { brand_id, slug: textOf(form, 'slug'), ...(await bundleOf(desk, form, brand_id)) }
  const id = await createBundle(means, input, actor)
  return { href: `/admin/bundles/${id}`, message: t('offers.done.created') }
}

async function change(desk: Desk, { form, params, version }: Asked) {
  const { means, actor, t } = desk
  const { brand_id } = await readBundle(desk, params.id!)
  const fields = await bundleOf(desk, form, brand_id)
  await changeBundle(means, { id: params.id, ...(version ? { version } : {}), ...fields }, actor)
  return { href: `/admin/bundles/${params.id!}`, message: t('offers.done.changed') }
}

async function bundleOf(desk: Desk, form: FormBody, brandId: string) {
  const [percent, amount] = [optional(form, 'percent'), optional(form, 'amount')]
  const currency = textOf(form, 'currency')
  return {
    ...{
      name: textOf(form, 'name'),
      summary: optional(form, 'summary'),
      position: countOf(form, 'position') ?? 0,
    },
    ...{ kind: textOf(form, 'kind'), lasts: textOf(form, 'lasts') },
    ...(percent === null ? {} : { percent }),
    ...(amount === null ? {} : { amount: decimalOf(desk, amount, currency), currency }),
    members: await membersOf(desk.means, textOf(form, 'members'), brandId),
  }
}

/** A line a member: the short name of the product, then its billing periods. */
async function membersOf(means: Desk['means'], text: string, brandId: string) {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => wordsOf(line))
  const slugs = lines.map(([slug = '']) => slug)
  const ids = await idsOfSlugs(means.db, {
    field: 'members',
    table: 'products',
    brandId,
    text: slugs.join(' '),
  })
  return lines.map(([, ...cycles], i) => {
    const bad = cycles.find((one) => !/^(once|free|[1-9]\d{0,2}[dwmy])$/.test(one))
    if (bad !== undefined) throw invalidInput({ members: `"${bad}" is not a billing period such as 1m` })
    return { product_id: ids[i]!, cycles }
  })
}

const givenOf = (form: FormBody) => ({
  giver_cycles: wordsOf(textOf(form, 'giver_cycles')),
  given_cycles: wordsOf(textOf(form, 'given_cycles')),
  percent: textOf(form, 'percent'),
  lasts: textOf(form, 'lasts'),
})

async function give({ means, actor, t }: Desk, { form }: Asked) {
  const input = { giver_id: textOf(form, 'giver_id'), given_id: textOf(form, 'given_id'), ...givenOf(form) }
  const id = await createGift(means, input, actor)
  return { href: `/admin/gifts/${id}`, message: t('offers.done.created') }
}

async function changeGiven({ means, actor, t }: Desk, { form, params, version }: Asked) {
  await changeGift(means, { id: params.id, ...(version ? { version } : {}), ...givenOf(form) }, actor)
  return { href: `/admin/gifts/${params.id!}`, message: t('offers.done.changed') }
}

async function suggest({ means, actor, t }: Desk, { form, params }: Asked) {
  const product = await means.db.get<{ brand_id: string }>(
    sql`select brand_id from products where id = ${params.id!}`,
  )
  if (!product) throw NotFound({ what: 'product', id: params.id! })
  const text = textOf(form, 'product_ids')
  const suggested_ids = await idsOfSlugs(means.db, {
    ...{ field: 'product_ids', table: 'products', brandId: product.brand_id, text },
  })
  await suggestProducts(means, { product_id: params.id, suggested_ids }, actor)
  return { href: `/admin/catalog/products/${params.id!}/suggestions`, message: t('offers.done.changed') }
}
