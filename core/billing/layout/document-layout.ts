import { Type, type Static } from '../../../sdk/index.ts'
import type { Files } from '../../files/index.ts'
import { defineSetting } from '../../records/index.ts'
import { LAYOUT_EDITION, layoutNames, PLAIN_STYLE, type DocumentStyle } from '../../render/index.ts'

const Layout = Type.Enum([...layoutNames])
const Paper = Type.Enum(['A4', 'LETTER'])
const Address = Type.Enum(['below', 'window'])
const Columns = Type.Array(Type.String({ maxLength: 400 }), { maxItems: 3 })

export const Language = Type.String({ pattern: '^[a-z]{2,3}(-[A-Z]{2})?$' })

/** What documents in one language have otherwise. */
export const LayoutInLanguage = Type.Object({
  layout: Type.Optional(Layout),
  paper: Type.Optional(Paper),
  address: Type.Optional(Address),
  columns: Type.Optional(Columns),
})
export type LayoutInLanguage = Static<typeof LayoutInLanguage>

export const LayoutChoice = Type.Object({
  layout: Layout,
  paper: Paper,
  address: Address,
  /** Null: the colour of the brand. */
  accent: Type.Union([Type.String({ pattern: '^#[0-9a-fA-F]{6}$' }), Type.Null()]),
  logo_place: Type.Enum(['start', 'end']),
  columns: Columns,
})

/** How the documents of a brand look. It is frozen with what says who the seller is. */
export const documentLayout = defineSetting({
  key: 'billing.document_layout',
  schema: Type.Object({
    ...LayoutChoice.properties,
    /** Hash of the kept file. */
    logo: Type.Union([Type.String({ pattern: '^[0-9a-f]{64}$' }), Type.Null()]),
    languages: Type.Record(Language, LayoutInLanguage),
  }),
  preset: {
    ...{ layout: PLAIN_STYLE.layout, paper: PLAIN_STYLE.paper, address: PLAIN_STYLE.address },
    ...{ accent: null, logo: null, logo_place: PLAIN_STYLE.logoPlace, columns: [], languages: {} },
  },
  scopes: ['brand'],
  ownPage: true,
})
export type DocumentLayout = Static<typeof documentLayout.schema>

/** As a document keeps it: with its colour, whatever becomes of the brand's, and the edition of the layouts. */
export interface FrozenLayout extends DocumentLayout {
  edition: number
}

export const frozenLayout = (layout: DocumentLayout, colour: string | null): FrozenLayout => ({
  ...layout,
  accent: layout.accent ?? colour,
  edition: LAYOUT_EDITION,
})

/** How a document in a language is drawn; one that kept nothing is plain. */
export async function documentStyle(
  files: Files,
  { layout: kept }: { layout?: FrozenLayout },
  locale: string,
): Promise<DocumentStyle> {
  if (!kept) return PLAIN_STYLE
  const own = kept.languages[locale] ?? kept.languages[locale.split('-')[0]!] ?? {}
  return {
    ...{ layout: own.layout ?? kept.layout, edition: kept.edition, paper: own.paper ?? kept.paper },
    ...{ accent: kept.accent ?? PLAIN_STYLE.accent, address: own.address ?? kept.address },
    ...(kept.logo === null ? {} : { logo: await files.read(kept.logo) }),
    ...{ logoPlace: kept.logo_place, columns: own.columns ?? kept.columns },
  }
}
