/** Records keep the names of the panel's answers, so that drawing them needs no second vocabulary. */

/** Milliseconds of the handed clock. */
export type Millis = number

export interface Stamped {
  id: number
  created_at: Millis
  updated_at: Millis
}

export interface User extends Stamped {
  external_id: string | null
  uuid: string
  username: string
  email: string
  first_name: string
  last_name: string
  language: string
  root_admin: boolean
  two_factor: boolean
}

export interface Location extends Stamped {
  short: string
  long: string
}

/** Memory and disk are MiB; an overallocation is percent, and -1 counts as minus one percent in placement. */
export interface Node extends Stamped {
  uuid: string
  public: boolean
  name: string
  description: string
  location_id: number
  fqdn: string
  memory: number
  memory_overallocate: number
  disk: number
  disk_overallocate: number
  maintenance_mode: boolean
}

export interface Allocation {
  id: number
  node: number
  ip: string
  alias: string | null
  port: number
  notes: string | null
  /** The server that holds it; null means free. */
  server: number | null
}

export interface Nest extends Stamped {
  uuid: string
  author: string
  name: string
  description: string
}

export interface EggVariable {
  id: number
  name: string
  description: string
  env_variable: string
  default_value: string
  user_viewable: boolean
  user_editable: boolean
  /** Rules apart by `|`; one that begins with `required` is mandatory at creation. */
  rules: string
}

export interface Egg extends Stamped {
  uuid: string
  nest: number
  name: string
  author: string
  description: string
  /** Label to image; the first is the default. */
  docker_images: Record<string, string>
  startup: string
  stop: string
  variables: EggVariable[]
}

/** Memory, swap and disk are MiB, cpu is percent of one core, io a weight. */
export interface Limits {
  memory: number
  swap: number
  disk: number
  io: number
  cpu: number
  threads: string | null
  oom_disabled: boolean
}

/** Null databases mean unlimited, null allocations mean none. */
export interface FeatureLimits {
  databases: number | null
  allocations: number | null
  backups: number
}

/** An install script on its way; `first` tells an install from a reinstall. */
export interface Install {
  endsAt: Millis
  first: boolean
}

export interface Usage {
  memory_bytes: number
  cpu_absolute: number
  disk_bytes: number
  network_rx_bytes: number
  network_tx_bytes: number
  uptime: Millis
}

export interface Server extends Stamped {
  external_id: string | null
  uuid: string
  name: string
  description: string
  status: string | null
  limits: Limits
  feature_limits: FeatureLimits
  user: number
  node: number
  allocation: number
  nest: number
  egg: number
  startup: string
  image: string
  /** Values by variable name. */
  environment: Record<string, string>
  skip_scripts: boolean
  start_on_completion: boolean
  install: Install | null
  transferring: boolean
  /** When the container started; null means offline. */
  startedAt: Millis | null
  /** Usage fixed by a test; null lets the simulator make it up from the uptime. */
  usage: Partial<Usage> | null
  /** What the panel answered last, kept for 20 s. */
  sample: { at: Millis; state: string; usage: Usage } | null
}

export interface Database extends Stamped {
  server: number
  host: number
  database: string
  username: string
  remote: string
  password: string
}

export interface Key {
  token: string
  kind: 'application' | 'client'
  owner: number
  /** Per resource of an application key; a resource left out is not permitted. Null permits everything. */
  permissions: Partial<Record<Resource, Permission>> | null
  /** Empty means any address. */
  allowedIps: string[]
}

export type Permission = 'read' | 'write'
export type Resource =
  'users' | 'servers' | 'nodes' | 'allocations' | 'nests' | 'eggs' | 'locations' | 'server_databases'
