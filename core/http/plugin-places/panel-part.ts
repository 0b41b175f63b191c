import type { Block, SlotName } from '../../../sdk/index.ts'
import { panelCall } from '../../services/index.ts'
import type { Ctx } from '../context.ts'
import { askKept, type Told } from './ask-kept.ts'

/** The places of a service's page in which its own plugin comes first. */
const PLACES: readonly SlotName[] = ['portal.service.aside', 'admin.service.after']

const PANEL = 'provisioner.draw_panel'

export interface PanelPart {
  instance: string
  plugin: string
  /** What is said in its place where it could not be drawn. */
  missing: string
  drawn: Promise<Told<{ blocks: readonly Block[]; keep_for: number }>>
}

export const mayHavePanel = ({ state }: Ctx, slot: SlotName): boolean =>
  PLACES.includes(slot) && state.deps.hooks.offering(PANEL).length > 0

/** What the plugin that made a service shows of it. Never kept: it tells how the thing is now. */
export async function panelParts(
  ctx: Ctx,
  { slot, record }: { slot: SlotName; record?: string },
): Promise<PanelPart[]> {
  if (record === undefined || !mayHavePanel(ctx, slot)) return []
  const { deps, actor, locale, t } = ctx.state
  const call = await panelCall(deps, record, actor)
  const offering = deps.hooks.offering(PANEL).find(({ instance }) => instance === call?.instance)
  if (!call || !offering) return []
  const { instance, stamp, plugin } = offering
  const { serverId } = call
  const input = { ...call.input, locale }
  const wish = { instance, stamp, serverId, kind: 'provisioner', operation: 'draw_panel', input } as const
  const drawn = askKept<{ blocks: readonly Block[] }>(ctx, wish, () => 0).then((told) =>
    'value' in told
      ? { value: { blocks: shownBlocks(ctx, instance, told.value.blocks), keep_for: 0 } }
      : told,
  )
  return [{ instance, plugin, missing: t('common.slot.no_panel'), drawn }]
}

/** A form is for `submit` of an add-on: where the plugin is none, what can be done are its own actions. */
function shownBlocks({ state }: Ctx, instance: string, blocks: readonly Block[]): readonly Block[] {
  const takesForms = state.deps.hooks.offering('add_on.submit').some((one) => one.instance === instance)
  return takesForms ? blocks : blocks.filter(({ block }) => block !== 'form')
}
