import type { Money } from '../../../sdk/index.ts'
import type { Instant, IsoDate } from '../../kernel/index.ts'
import type { Chart, SchemaField, Tone } from '../../render/index.ts'

/** What stands in a cell of a table or beside a label. Templates turn it into markup; strings are escaped. */
export type Cell =
  | string
  | number
  | null
  | undefined
  /** With an address it opens into what it is made of. */
  | { money: Money; href?: string }
  | { state: string; label?: string; tone?: Tone }
  | { day: IsoDate | null; relative?: boolean }
  | { at: Instant | null }
  | { href: string; text: string }
  /** The picture of what the text names; null: it has none. */
  | { picture: string | null; text: string }
  | { mono: string }
  /** What people read, and small behind it what programs call it. */
  | { words: string; code: string }
  | { copy: string; label: string }
  | { cells: readonly Cell[] }

export interface Column {
  label: string
  align?: 'end'
  phone?: 'title' | 'side' | 'line' | 'hide'
}

export interface MenuItem {
  label: string
  href: string
  icon?: string
  /** Sent as a post instead of opened. */
  post?: boolean
  /** Leads to a file: loaded by the browser itself. */
  plain?: boolean
  danger?: boolean
}

export interface Row {
  id: string
  href?: string
  /** Spoken name of the row, for its menu. */
  label: string
  cells: readonly Cell[]
  menu?: readonly MenuItem[]
}

export interface Button {
  label: string
  href?: string
  /** Address that the button posts to. */
  post?: string
  icon?: string
  kind?: 'primary' | 'secondary' | 'ghost' | 'danger'
  disabled?: boolean
  /** Why it is disabled. */
  reason?: string
  /** Leads to a file or to another area: loaded by the browser itself. */
  plain?: boolean
}

export interface Empty {
  icon?: string
  title: string
  text?: string
  action?: { label: string; href: string }
}

/** Parameters of the component "field". */
export type Field = Partial<SchemaField> & {
  name: string
  label: string
  rows?: number
  currency?: string
  suffix?: string
  /** In a grid: takes the room that is left. */
  wide?: boolean
  options?: readonly { value: string; label: string; hint?: string }[]
}

export interface Facts {
  kind: 'facts'
  id: string
  title?: string
  /** One below the other, for sums. */
  lines?: boolean
  items: readonly { label: string; value: Cell; hint?: string; total?: boolean }[]
  actions?: readonly Button[]
}

export interface Table {
  kind: 'table'
  id: string
  title: string
  columns: readonly Column[]
  rows: readonly Row[]
  foot?: readonly Cell[]
  empty: Empty
  actions?: readonly Button[]
  /** The page, which is asked for this block again every five seconds: something on it is under way. */
  again?: string
}

export interface List {
  kind: 'list'
  id: string
  label: string
  tabs?: readonly { label: string; href: string; active: boolean; count?: number }[]
  search?: {
    action: string
    value: string
    placeholder?: string
    keep: readonly (readonly [string, string])[]
  }
  chips?: readonly { label: string; removeHref: string }[]
  columns: readonly Column[]
  rows: readonly Row[]
  pager?: { previousHref?: string; nextHref?: string; count: number; countIsLower: boolean }
  empty: Empty
}

export interface Form {
  kind: 'form'
  id: string
  title?: string
  text?: string
  action: string
  /** "get" for a form that only asks, such as a filter. */
  method?: 'get' | 'post'
  fields: readonly Field[]
  grid?: Grid
  /** Links beside the title. */
  actions?: readonly Button[]
  submit: Button
  cancelHref?: string
  keys: { once?: string; version?: number }
  /** The refusal that belongs to no field. */
  problem?: string
  /** A file goes with it. */
  takesFiles?: boolean
  /** What stands around the page changes too, such as its language: the browser loads all of it anew. */
  reloads?: boolean
  /** Fields beside each other, with the button in the same line. */
  inline?: boolean
}

/** A table of fields: lines of an invoice, prices by cycle and currency. */
export interface Grid {
  caption: string
  columns: readonly string[]
  rows: readonly { label: string; cells: readonly (Field | string)[] }[]
}

export interface Stats {
  kind: 'stats'
  id: string
  items: readonly { label: string; value: Cell; note?: string; icon?: string; href?: string }[]
}

export interface ChartCard {
  kind: 'chart'
  id: string
  title: string
  chart: Chart
}

export interface Timeline {
  kind: 'timeline'
  id: string
  title: string
  entries: readonly { icon?: string; tone?: Tone; title: string; text?: string; at: Instant; who?: string }[]
  empty: Empty
  /** As of a table. */
  again?: string
}

export interface Notice {
  kind: 'notice'
  id: string
  tone: Tone
  title?: string
  text: string
  action?: { label: string; href: string; post?: boolean }
}

/** Text as it stands: JSON, a log line, YAML. */
export interface Text {
  kind: 'text'
  id: string
  title: string
  text: string
}

/** A document of its own, shown in a frame without any rights. */
export interface Sheet {
  kind: 'sheet'
  id: string
  title: string
  href: string
}

export interface Tree {
  kind: 'tree'
  id: string
  title: string
  nodes: readonly TreeNode[]
  empty: Empty
}

export interface TreeNode {
  label: string
  href?: string
  cells: readonly Cell[]
  nodes: readonly TreeNode[]
}

export type Block = Facts | Table | List | Form | Stats | ChartCard | Timeline | Notice | Text | Sheet | Tree

export interface Head {
  title: string
  crumbs?: readonly { label: string; href?: string }[]
  text?: string
  status?: readonly Cell[]
  actions?: readonly Button[]
}

/** A page of the desk: what stands in the middle and what stands beside it. */
export interface PageView {
  head: Head
  tabs?: { label: string; tabs: readonly { label: string; href: string; active: boolean; count?: number }[] }
  main: readonly Block[]
  aside?: readonly Block[]
  /** When the page says why something that it was asked for is missing. */
  status?: number
}

/** A dangerous act has a page of its own that says in order what will happen. */
export interface DangerView {
  title: string
  text?: string
  crumbs?: readonly { label: string; href?: string }[]
  action: string
  label: string
  cancelHref: string
  acts: readonly { text: string; icon?: string; final?: boolean }[]
  /** What must be typed before a record is erased. */
  word?: string
  /** Label of the reason field; false when none is asked for. */
  reason?: string | false
  fields?: readonly Field[]
  error?: string
  keys: { once?: string; version?: number }
}

export type View = PageView | DangerView

export const isDanger = (view: View): view is DangerView => 'acts' in view
export const blocksOf = (view: View): readonly Block[] =>
  isDanger(view) ? [] : [...view.main, ...(view.aside ?? [])]

export const inMoney = (minor: bigint, currency: string, href?: string): Cell => ({
  money: { minor, currency },
  ...(href === undefined ? {} : { href }),
})
