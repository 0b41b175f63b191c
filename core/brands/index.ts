import './hooks.ts'
export {
  addBrand,
  brandOfHost,
  isHostOfBrand,
  changeBrand,
  findBrand,
  listBrands,
  readBrand,
  type NewBrand,
} from './brands.ts'
export { countries, requireCountry } from './countries.ts'
export * from './errors.ts'
export * from './first-steps.ts'
export * from './rows.ts'
export {
  addSeller,
  changeSeller,
  findReachableSeller,
  findSeller,
  listSellers,
  readSeller,
  type NewSeller,
} from './sellers.ts'
export { setUpInstallation, type SetUp } from './set-up-installation.ts'
export { Country, Currency, Locale, Region, requireZone, Zone } from './shapes.ts'
export {
  changeTaxRule,
  createTaxRule,
  deleteTaxRule,
  listTaxRules,
  readTaxRule,
  taxRulesOn,
} from './tax-rules.ts'
export { rivalOf } from './tax-rules.ts'
export { addTaxPreset, type AddedPreset } from './add-tax-preset.ts'
export { presetNames, presetNoteKeys, type PresetName } from './tax-presets.ts'
export { euMembers, vatPpmOn } from './vat-rates.ts'
export { importTaxRates } from './import-tax-rates.ts'
