import type { Action } from '../../../sdk/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { Actor } from '../../kernel/index.ts'
import {
  actNames,
  mayOn,
  offers,
  signOn,
  type ActName,
  type ServiceRow,
  type There,
} from '../../services/index.ts'
import type { Means } from '../../records/index.ts'

export interface OfferedAct {
  key: string
  icon: string
  title: string
  text: string
  href: string
  isPost: boolean
}

/** Parts of the provider that the form of an act chooses from. */
export const PARTS: Readonly<Record<ActName, readonly ('images' | 'snapshots' | 'report' | 'own')[]>> = {
  power: [],
  change_password: [],
  rename: ['report'],
  set_reverse_dns: ['report'],
  create_snapshot: [],
  restore_snapshot: ['snapshots'],
  remove_snapshot: ['snapshots'],
  rescue: ['images'],
  reinstall: ['images'],
  run_action: ['own'],
}

const ICONS: Readonly<Record<ActName, string>> = {
  power: 'power',
  change_password: 'key',
  rename: 'edit',
  set_reverse_dns: 'world',
  create_snapshot: 'device-floppy',
  restore_snapshot: 'rotate',
  remove_snapshot: 'trash',
  rescue: 'lifebuoy',
  reinstall: 'refresh',
  run_action: 'plug',
}

/** Those that a snapshot's own row leads to. */
const BY_ROW: ReadonlySet<string> = new Set(['restore_snapshot', 'remove_snapshot', 'run_action'])

interface Reader {
  means: Pick<Means, 'hooks'>
  actor: Actor
  t: Translate
}

/** Whether this reader may press it, and the plugin and the state of the service let it be done. */
export const isOffered = (
  { means, actor }: Pick<Reader, 'means' | 'actor'>,
  service: ServiceRow,
  name: string,
) =>
  service.delivery_status === 'live' &&
  service.server_id !== null &&
  offers(means, service, name) &&
  mayOn(actor, service, `service.${name}`)

/** Whether there is more than the buttons of power: what stands on the page of acts. */
export const offersMore = (reader: Pick<Reader, 'means' | 'actor'>, service: ServiceRow): boolean =>
  actNames.some((name) => name !== 'power' && isOffered(reader, service, name))

/** Everything that can be done to a service here and now, `at` being its page. */
export function offeredActs(
  reader: Reader,
  service: ServiceRow,
  { at, there }: { at: string; there: There | null },
): OfferedAct[] {
  const { t } = reader
  const names = actNames.filter((name) => !BY_ROW.has(name) && isOffered(reader, service, name))
  const own = (there?.own ?? []).filter((action) => mayOn(reader.actor, service, action.permission))
  const entry = (key: string, icon: string) => ({
    ...{ key, icon, title: t(`acts.name.${key}`), text: t(`acts.text.${key}`) },
  })
  return [
    ...(isOffered(reader, service, signOn.permission.slice('service.'.length))
      ? [{ ...entry('sign_on', 'external-link'), href: `${at}/sign-on`, isPost: true }]
      : []),
    ...names.map((name) => ({ ...entry(name, ICONS[name]), href: `${at}/actions/${name}`, isPost: false })),
    ...(isOffered(reader, service, 'run_action') ? own.map((action) => ownEntry(action, at)) : []),
  ]
}

const ownEntry = (action: Action, at: string): OfferedAct => ({
  ...{ key: `own-${action.name}`, icon: ICONS.run_action, title: action.label, text: action.confirm ?? '' },
  href: `${at}/actions/run_action?own=${action.name}`,
  isPost: false,
})
