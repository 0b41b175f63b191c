import { defineError } from '../../kernel/index.ts'

export const PackageInvalid = defineError(
  'plugin.package_invalid',
  422,
  (p: { reason: string }) => `This is not a plugin package: ${p.reason}.`,
)
export const FoldersClosed = defineError(
  'plugin.folders_closed',
  409,
  () =>
    'This is a real installation: it takes plugins as packages alone. Make one with "berth plugin pack", or try the folder in a sample shop.',
)
export const SignatureWrong = defineError(
  'plugin.signature_wrong',
  422,
  (p: { plugin: string }) =>
    `The signature of "${p.plugin}" does not fit its files. It was changed after it was signed: do not use it.`,
)
export const PackageUnsigned = defineError(
  'plugin.unsigned',
  409,
  (p: { plugin: string }) =>
    `Nobody has signed "${p.plugin}": anybody between its author and you may have changed it. It can be installed when you say that you take this risk.`,
)
export const AuthorChanged = defineError(
  'plugin.author_changed',
  409,
  (p: { plugin: string; known: string; found: string }) =>
    `"${p.plugin}" was signed by ${p.known} until now, and this package by ${p.found}. Ask its author before you trust the new key.`,
)
export const VersionLower = defineError(
  'plugin.version_lower',
  409,
  (p: { plugin: string; installed: string; found: string }) =>
    `"${p.plugin}" is installed as ${p.installed}; this package is ${p.found}. To go back, roll back or say so.`,
)
export const NothingAsked = defineError(
  'plugin.nothing_asked',
  409,
  (p: { plugin: string }) => `"${p.plugin}" asks for nothing that it does not have.`,
)
export const PermissionsAsked = defineError(
  'plugin.permissions_asked',
  409,
  (p: { plugin: string; missing: readonly string[] }) =>
    `"${p.plugin}" asks for what was not granted: ${p.missing.join('; ')}.`,
)
export const SdkUnknown = defineError(
  'plugin.sdk_unknown',
  422,
  (p: { plugin: string; wanted: string; ours: string }) =>
    `"${p.plugin}" is written for SDK ${p.wanted}; this Berth has ${p.ours}. Update Berth, or ask its author for a package that fits.`,
)
export const HooksUnknown = defineError(
  'plugin.hooks_unknown',
  422,
  (p: { plugin: string; unknown: readonly string[] }) =>
    `"${p.plugin}" asks for hooks that there are not: ${p.unknown.join('; ')}.`,
)
export const PluginBundled = defineError(
  'plugin.bundled',
  409,
  (p: { plugin: string }) =>
    `"${p.plugin}" comes with Berth and goes with it: switch its instances off instead.`,
)
export const PluginInUse = defineError(
  'plugin.in_use',
  409,
  (p: { plugin: string; instances: number }) =>
    `"${p.plugin}" still has ${p.instances} instances that records point to. Disable it; its data stays.`,
)
export const NothingBefore = defineError(
  'plugin.nothing_before',
  409,
  (p: { plugin: string }) => `There is no earlier version of "${p.plugin}" to go back to.`,
)
export const IndexInvalid = defineError(
  'plugin.index_invalid',
  422,
  (p: { reason: string }) => `This is not a list of plugins: ${p.reason}.`,
)
export const IndexUnset = defineError(
  'plugin.index_unset',
  409,
  () => 'No list of plugins is set. Enter its address and the fingerprint of its key in the settings.',
)
export const IndexUntrusted = defineError(
  'plugin.index_untrusted',
  409,
  (p: { found: string }) =>
    `The list is signed by ${p.found}, which is not the fingerprint in the settings. Ask whoever keeps it before you trust that key.`,
)
export const SourceUnreadable = defineError(
  'plugin.source_unreadable',
  422,
  (p: { address: string; reason: string }) => `${p.address} cannot be read: ${p.reason}.`,
)
export const PackageOther = defineError(
  'plugin.package_other',
  422,
  (p: { plugin: string; reason: string }) =>
    `The package of "${p.plugin}" is not the one in the list: ${p.reason}. Nothing was installed.`,
)
export const UpgradeFailed = defineError(
  'plugin.upgrade_failed',
  422,
  (p: { plugin: string; instance: string; version: string; before: string; reason: string }) =>
    `"${p.plugin}" ${p.version} could not move the data of "${p.instance}". Nothing was changed; ${p.before} goes on. It says: ${p.reason}`,
)
export const UpdateHeldBack = defineError(
  'plugin.update_held_back',
  409,
  (p: { reason: string }) => `The update failed again. ${p.reason}`,
)
export const NothingHeldBack = defineError(
  'plugin.nothing_held_back',
  409,
  (p: { plugin: string }) => `No update of "${p.plugin}" waits to be tried again. Load the page anew.`,
)
export const UpgradeDisturbed = defineError(
  'plugin.upgrade_disturbed',
  409,
  (p: { plugin: string }) =>
    `"${p.plugin}" was at work on the data that was to be moved. Nothing was changed. Try again in a moment, or switch it off first.`,
)
export const UpgradeAway = defineError(
  'plugin.upgrade_away',
  409,
  (p: { plugin: string }) =>
    `"${p.plugin}" moves its data when it is upgraded, and no plugin can run here. Start Berth and install it there.`,
)
export const DataOther = defineError(
  'plugin.data_other',
  422,
  (p: { found: string; wanted: string }) =>
    `This is what an instance of ${p.found} had; this one is of ${p.wanted}. Install that version here first, and upgrade afterwards.`,
)
export const DataTooLarge = defineError(
  'plugin.data_too_large',
  422,
  (p: { key: string; most: number }) =>
    `The entry "${p.key}" does not fit: ${p.most} bytes are granted here. Nothing was changed.`,
)
