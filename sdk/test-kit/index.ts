export {
  companyAt,
  type Company,
  type CompanyAnswer,
  type CompanyRequest,
  type Conformance,
} from './conformance.ts'
export { openTestInstance, serverToken, type TestInstance, type TestInstanceParts } from './context.ts'
export { strictGateway, strictProvisioner } from './strict.ts'
