import './hooks.ts'
export {
  addBrand,
  brandOfHost,
  changeBrand,
  findBrand,
  listBrands,
  readBrand,
  type NewBrand,
} from './brands.ts'
export { countries, requireCountry } from './countries.ts'
export * from './errors.ts'
export * from './rows.ts'
export { addSeller, changeSeller, findSeller, listSellers, readSeller, type NewSeller } from './sellers.ts'
export { setUpInstallation, type SetUp } from './set-up-installation.ts'
export { Country, Currency, Locale, Region, requireZone, Zone } from './shapes.ts'
export { changeTaxRule, createTaxRule, deleteTaxRule, listTaxRules, taxRulesOn } from './tax-rules.ts'
