import type { Area, NavEntry } from '../../render/index.ts'
import { covers } from '../../kernel/index.ts'
import type { Offering } from '../../records/index.ts'
import type { Ctx } from '../context.ts'
import { askKept } from './ask-kept.ts'
import { offeringHere } from './slots.ts'

/** A page that an add-on brings, where it is seen. */
export interface OwnPage extends Offering {
  key: string
  area: string
  title: string
  /** Of staff, or right of a member, without which it is not there. */
  permission?: string
}

const KEPT_S = 60

async function pagesOf(ctx: Ctx, offering: Offering): Promise<OwnPage[]> {
  const { instance, stamp } = offering
  const call = {
    ...{ instance, stamp },
    kind: 'add_on',
    operation: 'list_pages',
    input: { locale: ctx.state.locale },
  } as const
  const told = await askKept<{ pages: Omit<OwnPage, keyof Offering>[] }>(ctx, call, () => KEPT_S)
  return 'value' in told ? told.value.pages.map((page) => ({ ...page, ...offering })) : []
}

/** Addresses name the plugin; of one that is set up twice, its instances. */
export async function findPage(ctx: Ctx, name: string, key: string): Promise<OwnPage | undefined> {
  const { area } = ctx.state
  const makers = offeringHere(ctx, LISTS).filter(
    ({ plugin, instance }) => name === plugin || name === instance,
  )
  const pages = makers[0] ? await pagesOf(ctx, makers[0]) : []
  return pages.find((page) => page.key === key && page.area === area)
}

const LISTS = 'add_on.list_pages'

/** Whether any plugin has pages of its own here. */
export const bringsPages = (ctx: Ctx): boolean => offeringHere(ctx, LISTS).length > 0

/** Entries of the navigation, for pages that this reader may open. */
export async function ownEntries(ctx: Ctx, area: Area): Promise<readonly NavEntry[]> {
  const makers = offeringHere(ctx, LISTS)
  const { permissions, grants } = ctx.state.actor
  const held = [...permissions, ...grants.flatMap(({ rights }) => rights)]
  const pages = (await Promise.all(makers.map((maker) => pagesOf(ctx, maker)))).flat()
  return pages
    .filter((page) => page.area === area && (!page.permission || covers(held, page.permission)))
    .map((page) => entryOf(ctx, page, makers))
}

function entryOf(
  ctx: Ctx,
  { area, plugin, instance, key, title }: OwnPage,
  makers: readonly Offering[],
): NavEntry {
  const isOne = makers.filter((maker) => maker.plugin === plugin).length === 1
  const href = `${area === 'storefront' ? '' : `/${area}`}/x/${isOne ? plugin : instance}/${key}`
  return { label: title, href, icon: 'plug', ...(ctx.path === href ? { active: true } : {}) }
}
