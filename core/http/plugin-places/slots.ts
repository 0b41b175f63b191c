import { setTimeout as sleep } from 'node:timers/promises'
import type { Block, SlotName } from '../../../sdk/index.ts'
import { covers } from '../../kernel/index.ts'
import { PAGE_WAITS_MS } from '../../plugins/index.ts'
import type { Offering } from '../../records/index.ts'
import type { SlotView } from '../../render/index.ts'
import type { Ctx } from '../context.ts'
import { askKept, type Told } from './ask-kept.ts'
import { blockViews } from './block-views.ts'
import { mayHavePanel, panelParts } from './panel-part.ts'
import { viewerOf } from './viewer.ts'

/** A place of this page. Whoever names a record has found it within the reader's reach. */
export interface SlotWish {
  slot: SlotName
  record?: string
}

/** A page waits so long; what comes later loads by itself, and then may take its time. */
const WAIT_MS = 50
const PATIENT_MS = PAGE_WAITS_MS

interface Drawn {
  blocks: readonly Block[]
  keep_for: number
}

interface Part {
  instance: string
  plugin: string
  title?: string
  width?: string
  /** What readers of any kind are told where it could not be drawn. */
  missing?: string
  drawn: Promise<Told<Drawn>>
}

export const slotId = (slot: string): string => `slot-${slot.replaceAll('.', '-')}`

/** What plugins show in the places of a page, by place. Where nobody shows anything this costs nothing. */
export async function drawSlots(
  ctx: Ctx,
  wishes: readonly SlotWish[],
): Promise<Record<string, SlotView> | undefined> {
  const asked = wishes.filter(
    ({ slot }) => drawers(ctx, slot).length + widgetMakers(ctx, slot).length > 0 || mayHavePanel(ctx, slot),
  )
  if (asked.length === 0) return undefined
  const views = await Promise.all(asked.map((wish) => drawSlot(ctx, wish, WAIT_MS)))
  return Object.fromEntries(views.map((view, at) => [asked[at]!.slot, view]))
}

/** The same place for the request that loads it alone. */
export const drawSlotAlone = (ctx: Ctx, wish: SlotWish): Promise<SlotView> => drawSlot(ctx, wish, PATIENT_MS)

async function drawSlot(ctx: Ctx, wish: SlotWish, waitMs: number): Promise<SlotView> {
  const collected = partsOf(ctx, wish).then((parts) =>
    Promise.all(parts.map((part) => partView(ctx, wish, part))),
  )
  const parts = await Promise.race([collected, sleep(waitMs, null, { ref: false })])
  const id = slotId(wish.slot)
  return {
    id,
    late: parts === null && waitMs < PATIENT_MS,
    parts: (parts ?? []).flatMap((part) => part ?? []),
  }
}

async function partsOf(ctx: Ctx, wish: SlotWish): Promise<Part[]> {
  const viewer = viewerOf(ctx)
  const own = drawers(ctx, wish.slot).map(({ instance, stamp, plugin }) => {
    const input = { slot: wish.slot, ...(wish.record ? { record: wish.record } : {}), viewer }
    const call = { instance, stamp, kind: 'add_on', operation: 'draw_slot', input } as const
    return { instance, plugin, drawn: askKept<Drawn>(ctx, call, ({ keep_for }) => keep_for) }
  })
  const widgets = await Promise.all(widgetMakers(ctx, wish.slot).map((maker) => widgetsOf(ctx, maker)))
  return [...(await panelParts(ctx, wish)), ...own, ...widgets.flat()]
}

const WIDGETS_KEPT_S = 300

interface Widgets {
  widgets: readonly { key: string; title: string; width: string; permission: string }[]
}

async function widgetsOf(ctx: Ctx, { instance, stamp, plugin }: Offering): Promise<Part[]> {
  const { locale, actor } = ctx.state
  const call = { instance, stamp, kind: 'dashboard_widget' } as const
  const told = await askKept<Widgets>(
    ctx,
    { ...call, operation: 'list_widgets', input: { locale } },
    () => WIDGETS_KEPT_S,
  )
  if (!('value' in told)) return [{ instance, plugin, drawn: Promise.resolve(told) }]
  return told.value.widgets
    .filter(({ permission }) => covers(actor.permissions, permission))
    .map(({ key, title, width }) => ({
      ...{ instance, plugin, title, width },
      drawn: askKept<Drawn>(
        ctx,
        { ...call, operation: 'draw', input: { key, locale } },
        (drawn) => drawn.keep_for,
      ),
    }))
}

async function partView(
  ctx: Ctx,
  { record }: SlotWish,
  part: Part,
): Promise<SlotView['parts'][number] | null> {
  const told = await part.drawn
  const { plugin, title, width, instance, missing } = part
  if (!('value' in told)) {
    const failed = { plugin, failed: true, blocks: [] } as const
    if (ctx.state.area === 'admin') return failed
    return missing === undefined ? null : { ...failed, missing }
  }
  if (told.value.blocks.length === 0) return null
  const blocks = blockViews(ctx, told.value.blocks, { instance, ...(record ? { record } : {}) })
  return { plugin, blocks, ...(title ? { title } : {}), ...(width ? { width } : {}) }
}

const drawers = (ctx: Ctx, slot: string) => offeringHere(ctx, `add_on.draw_slot ${slot}`)
const widgetMakers = (ctx: Ctx, slot: string) => offeringHere(ctx, `dashboard_widget.draw ${slot}`)

/** Instances that are set up for all brands or for this one; staff see those of every brand. */
export function offeringHere(ctx: Ctx, what: string): readonly Offering[] {
  const { deps, area, brand } = ctx.state
  const offering = deps.hooks.offering(what)
  return area === 'admin' ? offering : offering.filter((one) => one.brand === null || one.brand === brand?.id)
}
