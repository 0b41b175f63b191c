import type { AccountDifference, AccountKind, ServerAccountRow } from '../../../services/index.ts'
import type { Cell } from '../blocks.ts'
import type { Desk } from '../desk.ts'

const TONES = {
  missing: 'bad',
  stray: 'warn',
  left: 'warn',
  waiting: 'info',
  differs: 'warn',
  agrees: 'good',
} as const satisfies Record<AccountKind, string>

export const kindCell = ({ t }: Desk, { kind }: Pick<ServerAccountRow, 'kind'>): Cell => ({
  ...{ state: kind, label: t(`admin.server_accounts.kind.${kind}`), tone: TONES[kind] },
})

export const differencesIn = ({ differs }: Pick<ServerAccountRow, 'differs'>): AccountDifference[] =>
  JSON.parse(differs) as AccountDifference[]

/** A setting bears the name that its plugin gave it. */
export const whatWords = ({ t }: Desk, { what }: AccountDifference): string =>
  what === 'state' ? t('admin.label.state') : what

export const sideWords = ({ t }: Desk, { what }: AccountDifference, side: string): string =>
  what === 'state' ? t(`common.state.${side}`) : side

/** "State: live, there suspended". */
export const differenceWords = (desk: Desk, one: AccountDifference): string =>
  desk.t('admin.server_accounts.difference', {
    what: whatWords(desk, one),
    here: sideWords(desk, one, one.here),
    there: sideWords(desk, one, one.there),
  })
