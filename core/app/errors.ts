import { defineError } from '../kernel/index.ts'

export const AlreadyRunning = defineError(
  'process.already_running',
  409,
  (p: { folder: string; pid: number }) =>
    `Berth runs already on the data folder ${p.folder} (process ${p.pid}). Stop it first, or give this one another folder with BERTH_DATA_DIR.`,
)
export const SplitNeedsPostgres = defineError(
  'process.split_needs_postgres',
  400,
  (p: { command: string }) =>
    `"berth ${p.command}" runs beside other processes, which SQLite does not allow. Use "berth serve", or set DATABASE_URL to a PostgreSQL database.`,
)
export const NoInstallation = defineError(
  'installation.missing',
  409,
  () => 'There is no installation in this database yet. Run "berth init" first.',
)
export const InstallationExists = defineError(
  'installation.exists',
  409,
  (p: { kind: string }) =>
    `This database holds a ${p.kind} installation already. Use another BERTH_DATA_DIR or DATABASE_URL for a new one.`,
)
export const ClockIsReal = defineError(
  'clock.real',
  409,
  (p: { kind: string }) =>
    `The clock of a ${p.kind} installation is the real one and cannot be moved. Make one with "berth init --test-clock".`,
)
export const OutboundRefused = defineError(
  'config.outbound_refused',
  409,
  () =>
    'A real installation does not start with an outbound map (BERTH_OUTBOUND): its payments would go to this machine. Remove it, or use a test installation.',
)
export const CommandUnknown = defineError(
  'command.unknown',
  404,
  (p: { name: string }) =>
    `This version has no command "${p.name}". Its areas may not be wired; see "berth --help".`,
)
export const PluginsAway = defineError(
  'plugin.away',
  503,
  (p: { outcome_unknown: boolean }) =>
    `This process runs no plugins${p.outcome_unknown ? ' any more; whether the call took effect is unknown' : ''}. Start "berth serve" and try again.`,
)
export const CommandRefused = defineError(
  'command.refused',
  403,
  () =>
    'The core that runs does not take this command: it was called without the key in berth.sock.key of its data folder. Use the berth command as the user who runs Berth; after a restart, once more.',
)
export const CommandTooLong = defineError(
  'command.too_long',
  413,
  (p: { max: number }) => `A command may be at most ${p.max} characters long.`,
)
export const CompanyFailed = defineError(
  'sample.company_failed',
  500,
  (p: { name: string }) =>
    `The simulated company "${p.name}" did not start; its own words stand above. When another program has taken its port, change it in sample.json of the data folder.`,
)
export const DevelopRefused = defineError(
  'plugin.develop_refused',
  409,
  () =>
    'Plugins are not developed in a real installation: its money and its clients are real. Use another BERTH_DATA_DIR.',
)
export const TrialFailed = defineError(
  'plugin.trial_failed',
  422,
  (p: { what: string }) => `The trial went wrong. ${p.what}`,
)
export const NotRunning = defineError(
  'process.not_running',
  503,
  (p: { folder: string }) =>
    `The Berth on the data folder ${p.folder} has ended. Start it again, then run this command again.`,
)
