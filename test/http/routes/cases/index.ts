import { adminCases } from './admin.ts'
import { apiCases } from './api.ts'
import { paymentCases } from './payments.ts'
import { portalCases } from './portal.ts'
import { storefrontCases } from './storefront.ts'

/** A case for each route of the pages, and for each operation of the API that reads. */
export const pageCases = [...storefrontCases, ...portalCases, ...adminCases, ...paymentCases]
export { apiCases }
