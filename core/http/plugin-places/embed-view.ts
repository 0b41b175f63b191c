import type { Embed } from '../../../sdk/index.ts'
import type { Ctx } from '../context.ts'
import { openAddress, sealAddress } from './sealed-address.ts'

/** A frame as pages draw it. */
export interface EmbedView {
  address: string
  title: string
  height: number
}

/** What its document is made from. */
export interface ShownEmbed {
  data: string
  locale: string
}

const SHOWN_MS = 10 * 60_000
const HEIGHT = 160

/** The page that draws this says that it is `framed`. */
export function embedView(
  ctx: Ctx,
  { data, height = HEIGHT }: Embed,
  instance: { id: string; name: string },
): EmbedView {
  const { locale, t } = ctx.state
  const token = sealAddress(ctx, `frame of ${instance.id}`, { data, locale } satisfies ShownEmbed, SHOWN_MS)
  return {
    address: `/frames/${instance.id}/${token}`,
    title: t('embed.title', { name: instance.name }),
    height,
  }
}

export const openEmbed = (ctx: Ctx, instance: string, token: string): ShownEmbed | null =>
  openAddress(ctx, `frame of ${instance}`, token)
