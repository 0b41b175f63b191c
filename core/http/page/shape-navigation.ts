import { setTimeout as sleep } from 'node:timers/promises'
import type { ShapeValue } from '../../../sdk/index.ts'
import type { Area, NavEntry } from '../../render/index.ts'
import type { Ctx } from '../context.ts'
import { bringsPages, ownEntries } from '../plugin-places/list-pages.ts'

const HOOK = 'page.navigation:shape'
/** A page waits so long for plugins, then goes without what they would add; the answer is there for the next one. */
const WAIT_MS = 50
const KEPT_MS = 30_000
const KEPT_MAX = 200

interface Kept {
  until: number
  entries: Promise<readonly NavEntry[]>
}

const kept = new WeakMap<object, Map<string, Kept>>()

/** What plugins make of the navigation. Nothing is asked where nobody listens. */
export async function shapeNavigation(
  ctx: Ctx,
  area: Area,
  entries: readonly NavEntry[],
): Promise<readonly NavEntry[]> {
  const { hooks } = ctx.state.deps
  if (area === 'system') return entries
  if (bringsPages(ctx)) {
    const own = await Promise.race([ownEntries(ctx, area), sleep(WAIT_MS, [], { ref: false })])
    entries = [...entries, ...own]
  }
  if (!hooks.listens(HOOK)) return entries
  const shaped = shapedBy(ctx, area, entries)
  const found = await Promise.race([shaped, sleep(WAIT_MS, entries, { ref: false })])
  return found.map((entry) => entries.find(({ href }) => href === entry.href) ?? entry)
}

/** Of equal entries in one language the answer is equal, so readers share it for a while. */
function shapedBy(ctx: Ctx, area: Exclude<Area, 'system'>, entries: readonly NavEntry[]): Kept['entries'] {
  const { deps, locale } = ctx.state
  let answers = kept.get(deps.hooks)
  if (!answers) kept.set(deps.hooks, (answers = new Map()))
  const key = [area, locale, ...entries.map(({ href }) => href)].join(' ')
  const now = deps.clock.ms()
  const known = answers.get(key)
  // One that ends later than any kept now was kept before the clock was set back.
  if (known && known.until > now && known.until <= now + KEPT_MS) return known.entries
  if (answers.size >= KEPT_MAX) answers.clear()
  const asked = ask(ctx, area, entries)
  answers.set(key, { until: now + KEPT_MS, entries: asked })
  return asked
}

async function ask(
  ctx: Ctx,
  area: Exclude<Area, 'system'>,
  entries: readonly NavEntry[],
): Promise<readonly NavEntry[]> {
  const { deps, locale } = ctx.state
  const value: ShapeValue<typeof HOOK> = {
    ...{ area, locale },
    entries: entries.map(({ label, href }) => ({ label, href })),
  }
  const { entries: shaped } = await deps.hooks.shape(HOOK, value, (before, { hide = [], add = [] }) => ({
    ...before,
    entries: [...before.entries.filter(({ href }) => area === 'admin' || !hide.includes(href)), ...add],
  }))
  return shaped.map((entry) => ({ ...entry, icon: 'plug' }))
}
