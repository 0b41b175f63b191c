import { allocationRoutes } from './allocations.ts'
import { databaseRoutes } from './databases.ts'
import { nestRoutes } from './nests.ts'
import { placeRoutes } from './places.ts'
import { serverRoutes } from './servers.ts'
import { userRoutes } from './users.ts'

export { checkFields } from './check-fields.ts'

export const applicationRoutes = [
  ...userRoutes,
  ...placeRoutes,
  ...allocationRoutes,
  ...nestRoutes,
  ...serverRoutes,
  ...databaseRoutes,
]
