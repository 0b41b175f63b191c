import type { RuleTable } from './find-violations.ts'

const USER: RuleTable = {
  external_id: 'sometimes|nullable|string|max:191|unique:users.external_id',
  email: 'required|email|between:1,191|unique:users.email',
  username: 'required|between:1,191|unique:users.username|username',
  password: 'sometimes|nullable|string',
  language: 'string',
  root_admin: 'boolean',
  first_name: 'required|string|between:1,191',
  last_name: 'required|string|between:1,191',
}

const DETAILS: RuleTable = {
  external_id: 'sometimes|nullable|string|between:1,191|unique:servers.external_id',
  name: 'required|string|min:1|max:191',
  user: 'required|integer|exists:users',
  description: 'nullable|string',
}

const FEATURES: RuleTable = {
  feature_limits: 'required|array',
  'feature_limits.databases': 'present|nullable|integer|min:0',
  'feature_limits.allocations': 'sometimes|nullable|integer|min:0',
  'feature_limits.backups': 'present|nullable|integer|min:0',
}

const SIZES: RuleTable = {
  memory: 'numeric|min:0',
  swap: 'numeric|min:-1',
  disk: 'numeric|min:0',
  io: 'numeric|between:10,1000',
  cpu: 'numeric|min:0',
}
const THREADS = 'nullable|regex:/^[0-9-,]+$/'
const IMAGE = 'required|string|max:191|regex:/^~?[\\w./:@ -]*$/'

/** The panel's rules for every body it reads, by request. */
export const RULE_TABLES = {
  createUser: USER,
  changeUser: USER,
  createServer: {
    ...DETAILS,
    egg: 'required|integer|exists:eggs',
    docker_image: IMAGE,
    startup: 'required|string',
    environment: 'present|array',
    skip_scripts: 'sometimes|boolean',
    oom_disabled: 'sometimes|boolean',
    start_on_completion: 'sometimes|boolean',
    limits: 'required|array',
    ...sizes('limits.', 'required'),
    'limits.threads': THREADS,
    ...FEATURES,
    'allocation.default': 'required_without:deploy|integer|exists:free_allocations',
    'allocation.additional.*': 'integer|exists:free_allocations',
    deploy: 'sometimes|required|array',
    'deploy.locations': 'present_with:deploy|array',
    'deploy.locations.*': 'integer|min:1',
    'deploy.dedicated_ip': 'required_with:deploy|boolean',
    'deploy.port_range': 'present_with:deploy|array',
    'deploy.port_range.*': 'string',
  },
  changeDetails: DETAILS,
  changeBuild: {
    allocation: 'required|exists:allocations|unique:servers.allocation',
    oom_disabled: 'sometimes|boolean',
    limits: 'sometimes|array',
    ...sizes('limits.', 'required_with:limits'),
    'limits.threads': THREADS,
    ...sizes('', 'required_without:limits'),
    threads: THREADS,
    add_allocations: 'array',
    'add_allocations.*': 'integer',
    remove_allocations: 'array',
    'remove_allocations.*': 'integer',
    ...FEATURES,
  },
  changeStartup: {
    startup: 'required|string',
    environment: 'present|array',
    egg: 'required|integer|exists:eggs',
    image: IMAGE,
    skip_scripts: 'present|boolean',
  },
  createDatabase: {
    database: 'required|alpha_dash|min:1|max:48|unique:databases.database',
    remote: 'required|string|regex:/^[0-9%.]{1,15}$/',
    host: 'required|integer|exists:database_hosts',
  },
  createAllocations: {
    ip: 'required|string',
    alias: 'sometimes|nullable|string|max:191',
    ports: 'required|array',
    'ports.*': 'string',
  },
  findNodes: {
    page: 'integer',
    memory: 'required|integer|min:0',
    disk: 'required|integer|min:0',
    location_ids: 'array',
    'location_ids.*': 'integer',
  },
  sendPower: { signal: 'required|string|in:start,stop,restart,kill' },
} as const satisfies Record<string, RuleTable>

export type RuleTableName = keyof typeof RULE_TABLES

function sizes(prefix: string, presence: string): RuleTable {
  return Object.fromEntries(
    Object.entries(SIZES).map(([name, rules]) => [`${prefix}${name}`, `${presence}|${rules}`]),
  )
}
