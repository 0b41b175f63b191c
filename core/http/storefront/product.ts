import type { Router } from '@koa/router'
import type { GroupNode, Product } from '../../catalog/index.ts'
import { madeOnce } from '../../db/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { RouteCtx, State } from '../context.ts'
import {
  field,
  formKeys,
  fragmentOrSeeOther,
  isPartial,
  page,
  targetId,
  type FormProblem,
} from '../page/index.ts'
import { configure, findProduct, type Configured } from './configure.ts'
import { choiceFields, questionFields } from './product-fields.ts'
import { productHref } from './plan-cards.ts'
import { summaryView } from './product-summary.ts'
import { fieldsOf } from './selection.ts'
import { findGroup, groupHref, shopGroups } from './shop-groups.ts'

/** SF-03. */
export function productRoutes(router: Router<State>): void {
  router.get('/products/:product', showProduct)
}

async function showProduct(ctx: RouteCtx): Promise<void> {
  const product = await findProduct(ctx, ctx.params.product!)
  const configured = await configure(ctx, product)
  if (isPartial(ctx) && targetId(ctx) === 'summary') return answerSummary(ctx, configured)
  await drawProduct(ctx, configured)
}

/** The live price: the summary, and the sum at the foot of a phone. */
function answerSummary(ctx: RouteCtx, configured: Configured): void {
  const view = { ...summaryView(ctx, configured), href: ctx.path }
  fragmentOrSeeOther(ctx, {
    href: ctx.url,
    part: ['storefront/_summary', view],
    others: [{ template: 'storefront/_sum-bar', view, target: '#sum-bar' }],
  })
}

/** The page; after a refused form with its problem. */
export async function drawProduct(
  ctx: RouteCtx,
  configured: Configured,
  problem?: FormProblem,
): Promise<void> {
  const { product } = configured
  const { t, locale, brand } = ctx.state
  const item = field(ctx, 'item') || fieldsOf(ctx).item || ''
  const shown = shownOf({ configured, problem, item, groups: await shopGroups(ctx), t, locale, brand })
  const action = item ? `/cart/items/${encodeURIComponent(item)}` : '/cart/items'
  await page(
    ctx,
    'storefront/product',
    { shown, action, keys: formKeys() },
    {
      ...{ title: product.name, parts: { choices: ['storefront/_choices', shown.choices] } },
      slots: [{ slot: 'storefront.product.after', record: product.id }],
    },
  )
}

interface Shown extends Pick<State, 't' | 'locale' | 'brand'> {
  configured: Configured
  problem: FormProblem | undefined
  /** Of the cart, when it is that which is changed. */
  item: string
  groups: readonly GroupNode[]
}

/** A first look at a product shows no errors. */
const shownOf = madeOnce(({ configured, problem, item, groups, ...state }: Shown) => {
  const { product, touched, errors, outdated } = configured
  const teller = { state }
  const href = productHref(product)
  const optionErrors = Object.fromEntries(
    Object.entries(errors).filter(([name]) => touched && !name.startsWith('f.')),
  )
  const fieldErrors = problem ? { ...outdated, ...errors } : optionErrors
  return {
    ...productHead(product, groups, state.t),
    ...{ href, item, errors: (problem?.errors ?? []).map((error) => saidAbove(error, configured)) },
    choices: { ...choiceFields(teller, { ...configured, errors: fieldErrors }), href },
    takesFiles: product.fields.some(({ kind, retiredAt }) => kind === 'file' && !retiredAt),
    questions: questionFields(teller, configured, problem ? errors : {}),
    quantity: { value: String(configured.wish.quantity ?? 1), error: problem?.fieldErrors.qty ?? null },
    coupon: { value: configured.coupon.code, error: problem?.fieldErrors.coupon ?? null },
    summary: { ...summaryView(teller, configured), href },
  }
})

/** What is not on the page any more is said above it by name. */
function saidAbove(error: FormProblem['errors'][number], { offered }: Configured) {
  const { name = '', label, message } = error
  const isGone = name.startsWith('o.') && !offered.some(({ key }) => `o.${key}` === name)
  return isGone ? { label: '', message: `${label}: ${message}` } : error
}

function productHead(product: Product, groups: readonly GroupNode[], t: Translate) {
  const place = findGroup(groups, ({ id }) => id === product.groupId)
  const path = place ? [...place.path, place.group] : []
  return {
    ...{ slug: product.slug, name: product.name, text: product.summary, features: product.features },
    paragraphs: (product.description ?? '').split(/\n\s*\n/).filter((text) => text.trim() !== ''),
    crumbs: [
      { label: t('storefront.shop.title'), href: '/shop' },
      ...path.map((group) => ({ label: group.name, href: groupHref(group) })),
    ],
  }
}
