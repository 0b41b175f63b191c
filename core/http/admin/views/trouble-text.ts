import { formatInstant } from '../../../i18n/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import type { TroubledHost } from '../../../plugins/index.ts'
import type { Desk } from '../desk.ts'

/** What is in the way, one sentence a host. */
export const troubleText = ({ t, zone, locale }: Desk, troubles: readonly TroubledHost[]): string =>
  troubles
    .map(({ kind, host, port, of }) => {
      const day = (at: string | undefined) => (at ? formatInstant(at as Instant, zone, locale) : '–')
      const { from, until, ...more } = of
      const shown = { sha256: '–', subject: '–', issuer: '–', reason: '', ...more }
      return t(`trust.trouble.${kind}`, {
        ...shown,
        host: `${host}:${port}`,
        from: day(from),
        until: day(until),
      })
    })
    .join(' ')
