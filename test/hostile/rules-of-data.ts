import type { Rule } from './rules.ts'

const BROKER = 'core/plugins/broker'
const REGISTRY = 'core/plugins/registry'

/** Rules of what plugins keep and read of ours, each with the change that switches it off. */
export const rulesOfData: readonly Rule[] = [
  {
    off: 'only a default that is shown is taken',
    file: 'core/records/check-form.ts',
    from: 'Object.hasOwn(input, name) || shown(name)',
    to: 'Object.hasOwn(input, name) || shown(name) || true',
    tests: ['settings-defaults'],
  },
  {
    off: 'a secret has no default',
    file: `${REGISTRY}/check-settings.ts`,
    from: 'secrets.has(name) ? plain(field) : field',
    to: 'secrets.has(name) ? (plain(field), field) : field',
    tests: ['settings-defaults'],
  },
  {
    off: 'trusted hosts come from staff alone',
    file: `${REGISTRY}/trusted-hosts.ts`,
    from: 'const own = withoutTrusted(settings)',
    to: 'const own = settings',
    also: [
      {
        file: `${REGISTRY}/check-settings.ts`,
        from: 'Object.entries(withoutTrusted(values))',
        to: 'Object.entries(values)',
      },
      { file: `${REGISTRY}/check-settings.ts`, from: 'name !== TRUSTED_HOSTS', to: 'name !== "never"' },
    ],
    tests: ['settings-defaults'],
  },
  {
    off: 'storage must be declared',
    file: `${BROKER}/broker.ts`,
    from: 'manifest.permissions?.storage === undefined',
    to: 'false',
    tests: ['undeclared-storage'],
  },
  {
    off: 'a stored value has 64 KiB',
    file: `${BROKER}/storage.ts`,
    from: 'if (bytes > STORAGE_VALUE_BYTES)',
    to: 'if (false)',
    tests: ['storage-large-value'],
  },
  {
    off: 'keys count to the quota',
    file: `${BROKER}/storage.ts`,
    from: 'bytes: bytes + Buffer.byteLength(input.key)',
    to: 'bytes',
    tests: ['storage-quota'],
  },
  {
    off: 'what is stored is summed up before it grows',
    file: `${REGISTRY}/plugin-storage.ts`,
    from: "if ((others?.bytes ?? 0) + entry.bytes > entry.bytesMax) return 'full'",
    to: '',
    tests: ['storage-flood'],
  },
  {
    off: 'a record has a quota of its own',
    file: `${BROKER}/storage.ts`,
    from: "at.record === '' ? granted?.bytes : granted?.record_bytes",
    to: 'granted?.bytes',
    also: [
      {
        file: `${BROKER}/storage.ts`,
        from: 'if (call.manifest.permissions?.storage?.record_bytes === undefined)',
        to: 'if (false)',
      },
    ],
    tests: ['storage-record-quota'],
  },
  {
    off: 'what is kept beside a record is kept by instance',
    file: 'core/conformance/memory-storage.ts',
    from: 'kept(instances, instance, () =>',
    to: "kept(instances, '', () =>",
    tests: ['storage-of-neighbour'],
  },
  {
    off: 'only a record within reach is kept beside',
    file: `${BROKER}/records.ts`,
    from: 'if (found && (call.about.records.includes(id) || isReadable(call, id, found))) return id',
    to: 'if (found !== undefined) return id',
    tests: ['storage-unknown-record'],
  },
  {
    off: 'a write says over which version it goes',
    file: `${BROKER}/storage.ts`,
    from: 'ifVersion: input.if_version',
    to: 'ifVersion: undefined',
    tests: ['storage-race'],
  },
  {
    off: 'a version that is gone is not given again',
    file: `${REGISTRY}/plugin-storage.ts`,
    from: 'Math.max(row?.version ?? 0, locked.floor) + 1',
    to: '(row?.version ?? 0) + 1',
    tests: ['storage-reborn'],
  },
  {
    off: '"all" ends with the brand of the instance',
    file: `${BROKER}/records.ts`,
    from: 'call.brandId === null || brandId === null || brandId === call.brandId',
    to: 'call.brandId !== brandId || true',
    tests: ['foreign-brand'],
  },
  {
    off: '"current" reaches this client alone',
    file: `${BROKER}/records.ts`,
    from: 'return reached ? found.value : null',
    to: 'return reached === undefined ? null : found.value',
    tests: ['foreign-record'],
  },
  {
    off: 'data scopes must be declared',
    file: `${BROKER}/records.ts`,
    from: 'throw denied(`The data scope "${scope}" is not declared.`)',
    to: "return 'all'",
    tests: ['undeclared-scope', 'write-undeclared'],
  },
]
