import { defineError } from '../../kernel/index.ts'

export const PluginIdWrong = defineError(
  'plugin.id_wrong',
  400,
  (p: { id: string }) =>
    `"${p.id}" cannot be the id of a plugin. Take 3 to 40 small letters, digits and hyphens, such as "acme-pay".`,
)
export const PluginKindUnknown = defineError(
  'plugin.kind_unknown',
  400,
  (p: { kind: string; known: readonly string[] }) =>
    `There is no kind "${p.kind}". Say --kind with one of: ${p.known.join(', ')}.`,
)
export const PluginKindMissing = defineError(
  'plugin.kind_missing',
  400,
  (p: { known: readonly string[] }) => `Nothing was written. Say --kind with one of: ${p.known.join(', ')}.`,
)
export const PluginFolderTaken = defineError(
  'plugin.folder_taken',
  409,
  (p: { folder: string }) => `${p.folder} is there already. Nothing was written.`,
)
export const DevFileWrong = defineError(
  'plugin.dev_file_wrong',
  422,
  (p: { file: string; problem: string }) => `${p.file} does not fit: ${p.problem}.`,
)
export const StandInFailed = defineError(
  'plugin.stand_in_failed',
  500,
  (p: { file: string }) =>
    `${p.file} did not print its address as its first line. Run it with node to see what it says.`,
)
export const NoPlugin = defineError(
  'plugin.no_folder',
  404,
  (p: { folder: string }) =>
    `${p.folder} is no folder of a plugin: it has no plugin.json. "berth plugin new" writes one.`,
)
