import type { Translate } from '../../i18n/index.ts'
import type { Tone } from '../../render/index.ts'
import type { Actor, Instant } from '../../kernel/index.ts'
import {
  actsOf,
  actVerbs,
  readThere,
  type ActRow,
  type ProviderMeans,
  type ServiceRow,
} from '../../services/index.ts'
import type { Part } from '../../services/index.ts'
import { actNamed } from './read-form.ts'
import { isOffered, offeredActs, type OfferedAct } from './offered-acts.ts'

export interface ActView {
  id: string
  icon: string
  tone: Tone
  title: string
  text: string | null
  at: Instant
}

export interface SnapshotView {
  reference: string
  name: string
  at: string
  bytes: number | null
  state: string
  restoreHref: string | null
  removeHref: string | null
}

export interface ActsView {
  acts: OfferedAct[]
  /** Null: the plugin has none, or could not be asked now (`failed`). */
  snapshots: SnapshotView[] | null
  failed: boolean
  done: ActView[]
  /** Something is under way: the page asks again. */
  busy: boolean
}

interface Reader {
  t: Translate
  means: ProviderMeans
  actor: Actor
}

/** What can be done to a service, what stands there, and what was done. The provider is asked once for each part. */
export async function actsView(reader: Reader, service: ServiceRow, at: string): Promise<ActsView> {
  const { t, means, actor } = reader
  const lists =
    isOffered(reader, service, 'create_snapshot') || isOffered(reader, service, 'restore_snapshot')
  const isOwn = isOffered(reader, service, 'run_action')
  const parts: Part[] = [...(lists ? ['snapshots' as const] : []), ...(isOwn ? ['own' as const] : [])]
  const there = await readThere(means, service, parts, actor.kind === 'client' ? 'client' : 'staff')
  const rows = await actsOf(means.db, service.id, actor)
  const hrefOf = (name: 'restore_snapshot' | 'remove_snapshot', reference: string) =>
    isOffered(reader, service, name)
      ? `${at}/actions/${name}?snapshot=${encodeURIComponent(reference)}`
      : null
  return {
    acts: offeredActs(reader, service, { at, there }),
    snapshots:
      there.snapshots?.map(({ reference, name, created_at, bytes, state }) => ({
        ...{ reference, name, state, at: created_at, bytes: bytes ?? null },
        restoreHref: state === 'ready' ? hrefOf('restore_snapshot', reference) : null,
        removeHref: state === 'creating' ? null : hrefOf('remove_snapshot', reference),
      })) ?? null,
    failed: (lists && there.snapshots === null) || (isOwn && there.own === null),
    done: rows.map((row) => actView(t, row, actor.kind === 'staff')),
    busy: rows.some(({ status }) => status === 'open' || status === 'waiting'),
  }
}

const MARKS = {
  open: { icon: 'clock', tone: 'busy' },
  waiting: { icon: 'clock', tone: 'busy' },
  done: { icon: 'circle-check', tone: 'good' },
  failed: { icon: 'alert-triangle', tone: 'warn' },
} as const

/** Why something failed is for staff; clients read that it did. Words for who pressed a button are theirs. */
export function actView(t: Translate, row: ActRow, isStaff: boolean): ActView {
  const isSaid = row.message !== null && (isStaff || row.status === 'done')
  return {
    id: row.id,
    ...MARKS[row.status],
    title: row.label ?? t(`acts.name.${row.operation}`),
    text: isSaid ? row.message : t(`acts.status.${row.status}`),
    at: row.ended_at ?? row.created_at,
  }
}

/** Does what a form asked for, and says how far it came. */
export async function acted(
  { t, means, actor }: Reader,
  action: string,
  input: Record<string, unknown>,
): Promise<{ act: ActRow; message: string }> {
  const name = actNamed(action)
  const act = await actVerbs[name](means, input, actor)
  const title = act.label ?? t(`acts.name.${name}`)
  return { act, message: t(`acts.said.${act.status === 'done' ? 'done' : 'begun'}`, { name: title }) }
}
