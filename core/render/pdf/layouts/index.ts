import type { DocumentStyle, LayoutName } from '../document-style.ts'
import { classic } from './classic.ts'
import { compact } from './compact.ts'
import type { Layout } from './layout.ts'
import { modern } from './modern.ts'

export type { Layout } from './layout.ts'

/** By edition. Where a layout is drawn otherwise one day, a further one is added and this one stays. */
const EDITIONS: Readonly<Record<number, Readonly<Record<LayoutName, Layout>>>> = {
  1: { classic, modern, compact },
}

export function layoutOf({ layout, edition }: DocumentStyle): Layout {
  const found = EDITIONS[edition]?.[layout]
  if (!found) throw new Error(`There is no edition ${edition} of the layout "${layout}".`)
  return found
}
