import type { Db } from '../db/index.ts'
import type { Files } from '../files/index.ts'
import type { Messages } from '../i18n/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { BusinessClock, Clock, IdMaker } from '../kernel/index.ts'
import type { Log } from '../log/index.ts'
import type { KeyRing } from '../secrets/index.ts'
import type { Hooks } from './hooks.ts'

/** What every verb may use. Wired once in app.ts and handed down; there are no singletons. */
export interface Means {
  readonly db: Db
  /** Real time: sessions, tokens, leases. */
  readonly clock: Clock
  /** Business time: days, due dates, periods. */
  readonly business: BusinessClock
  readonly newId: IdMaker
  readonly jobs: Jobs
  readonly log: Log
  readonly keys: KeyRing
  readonly files: Files
  /** What plugins say to our acts. */
  readonly hooks: Hooks
  /** The words of all languages: for texts that are written into records, such as the questions of a new product. */
  readonly messages: Messages
  /** Address under which people reach this installation, without a slash at the end: for links in mails. */
  readonly publicUrl: string
}
