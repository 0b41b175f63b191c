import type { GroupNode } from '../../catalog/index.ts'
import type { Frame, Link } from '../../render/index.ts'
import type { AreaFrame, Ctx } from '../context.ts'
import { findGroup, groupHref, shopGroups, withSubGroups } from './shop-groups.ts'
import { cartCount } from './visitor-cart.ts'

/** What every page of the shop front has besides the common frame: groups, cart, foot. */
export const storefrontFrame: AreaFrame = async (ctx) => {
  if (!ctx.state.brand) return {}
  // Whoever is about to pay is not led elsewhere.
  const groups = ctx.path === '/checkout' ? [] : await shopGroups(ctx)
  const count = await cartCount(ctx)
  const { t } = ctx.state
  return {
    nav: groups.map((group) => ({
      label: group.name,
      href: groupHref(group),
      ...(standsIn(ctx, group) ? { active: true } : {}),
    })),
    cart: { href: '/cart', count },
    footer: footer(ctx, groups),
    legal: [{ label: t('storefront.legal.terms'), href: '/legal/terms' }],
  }
}

function standsIn(ctx: Ctx, group: GroupNode): boolean {
  return findGroup([group], (candidate) => ctx.path === groupHref(candidate)) !== undefined
}

function footer(ctx: Ctx, groups: readonly GroupNode[]): NonNullable<Frame['footer']> {
  const { t, brand, signedIn } = ctx.state
  const shop: Link[] = groups
    .flatMap(withSubGroups)
    .slice(0, 6)
    .map((group) => ({ label: group.name, href: groupHref(group) }))
  const account: Link[] = signedIn
    ? [{ label: t('storefront.foot.portal'), href: '/portal' }]
    : [
        { label: t('storefront.foot.sign_in'), href: '/sign-in' },
        { label: t('storefront.foot.sign_up'), href: '/sign-up' },
      ]
  const help: Link[] = [
    { label: brand!.email, href: `mailto:${brand!.email}` },
    { label: t('storefront.legal.terms'), href: '/legal/terms' },
  ]
  return [
    {
      title: t('storefront.foot.shop'),
      links: [...shop, { label: t('storefront.foot.all'), href: '/shop' }],
    },
    { title: t('storefront.foot.account'), links: account },
    { title: t('storefront.foot.help'), links: help },
  ]
}
