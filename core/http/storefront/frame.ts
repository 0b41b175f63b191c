import type { GroupNode } from '../../catalog/index.ts'
import { madeOnce } from '../../db/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { Frame, Link, NavEntry } from '../../render/index.ts'
import type { AreaFrame } from '../context.ts'
import { findGroup, groupHref, shopGroups, withSubGroups } from './shop-groups.ts'
import { cartCount } from './visitor-cart.ts'

/** What every page of the shop front has besides the common frame: groups, cart, foot. */
export const storefrontFrame: AreaFrame = async (ctx) => {
  if (!ctx.state.brand) return {}
  // Whoever is about to pay is not led elsewhere.
  const groups = ctx.path === '/checkout' ? [] : await shopGroups(ctx)
  const count = await cartCount(ctx)
  const { t, brand, signedIn } = ctx.state
  return {
    cart: { href: '/cart', count },
    ...aroundShop({
      groups,
      active: groups.find((group) => standsIn(ctx.path, group)),
      email: brand.email,
      isKnown: signedIn !== null,
      t,
    }),
  }
}

interface Shop {
  groups: readonly GroupNode[]
  /** In which the page stands. */
  active: GroupNode | undefined
  email: string
  /** Whether the visitor is signed in. */
  isKnown: boolean
  t: Translate
}

const aroundShop = madeOnce((shop: Shop): Pick<Frame, 'footer' | 'legal'> & { nav: readonly NavEntry[] } => ({
  nav: shop.groups.map((group) => ({
    label: group.name,
    href: groupHref(group),
    ...(group === shop.active ? { active: true } : {}),
  })),
  footer: footer(shop),
  legal: [{ label: shop.t('storefront.legal.terms'), href: '/legal/terms' }],
}))

function standsIn(path: string, group: GroupNode): boolean {
  return findGroup([group], (candidate) => path === groupHref(candidate)) !== undefined
}

function footer({ groups, email, isKnown, t }: Shop): NonNullable<Frame['footer']> {
  const shop: Link[] = groups
    .flatMap(withSubGroups)
    .slice(0, 6)
    .map((group) => ({ label: group.name, href: groupHref(group) }))
  const account: Link[] = isKnown
    ? [{ label: t('storefront.foot.portal'), href: '/portal' }]
    : [
        { label: t('storefront.foot.sign_in'), href: '/sign-in' },
        { label: t('storefront.foot.sign_up'), href: '/sign-up' },
      ]
  const help: Link[] = [
    { label: email, href: `mailto:${email}` },
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
