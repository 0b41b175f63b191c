/** What the panel sends, as far as this plugin reads it. */

export interface Item<T> {
  attributes: T
}

export interface List<T> {
  data: Item<T>[]
  meta?: { pagination?: { current_page: number; total_pages: number; total: number } }
}

export interface Server {
  id: number
  external_id: string | null
  /** Eight characters: names the server in the browser and in the client API. */
  identifier: string
  name: string
  description: string | null
  status: string | null
  suspended: boolean
  limits: {
    memory: number
    swap: number
    disk: number
    io: number
    cpu: number
    threads: string | null
    oom_disabled?: boolean
  }
  feature_limits: { databases: number | null; backups: number | null; allocations: number | null }
  user: number
  node: number
  allocation: number
  nest: number
  egg: number
  container: { startup_command: string; image: string; environment: Record<string, unknown> }
  relationships?: {
    /** Null when the key may not read it. */
    allocations?: { data?: Item<Allocation>[] }
    user?: { attributes: User | null }
  }
}

export interface Allocation {
  id: number
  ip: string
  alias: string | null
  port: number
  assigned: boolean
}

export interface User {
  id: number
  external_id: string | null
  username: string
  email: string
  first_name: string
  last_name: string
}

export interface Egg {
  id: number
  docker_image: string
  startup: string
  relationships?: { variables?: { data?: Item<Variable>[] } }
}

export interface Variable {
  env_variable: string
  default_value: string | null
  /** Parts with | between them; begins with `required` when it must be sent. */
  rules: string
}
