import { gatewayOperations, type Gateway } from '../gateway.ts'
import { provisionerOperations, type Provisioner } from '../provisioner.ts'
import { addOnOperations, type AddOn } from './add-on.ts'
import { assistantOperations, type Assistant } from './assistant.ts'
import { captchaOperations, type Captcha } from './captcha.ts'
import { currencyRatesOperations, type CurrencyRates } from './currency-rates.ts'
import { dashboardWidgetOperations, type DashboardWidget } from './dashboard-widget.ts'
import { exporterOperations, type Exporter } from './exporter.ts'
import { fileStorageOperations, type FileStorage } from './file-storage.ts'
import { fraudOperations, type Fraud } from './fraud.ts'
import { helpdeskOperations, type Helpdesk } from './helpdesk.ts'
import { importerOperations, type Importer } from './importer.ts'
import { mailTransportOperations, type MailTransport } from './mail-transport.ts'
import { meteringSourceOperations, type MeteringSource } from './metering-source.ts'
import { notificationChannelOperations, type NotificationChannel } from './notification-channel.ts'
import type { Operation } from './operation.ts'
import { registrarOperations, type Registrar } from './registrar.ts'
import { reportOperations, type Report } from './report.ts'
import { signInProviderOperations, type SignInProvider } from './sign-in-provider.ts'
import { taxOperations, type Tax } from './tax.ts'

export * from './add-on.ts'
export * from './assistant.ts'
export * from './captcha.ts'
export * from './currency-rates.ts'
export * from './dashboard-widget.ts'
export * from './exporter.ts'
export * from './file-storage.ts'
export * from './fraud.ts'
export * from './helpdesk.ts'
export * from './importer.ts'
export * from './mail-transport.ts'
export * from './metering-source.ts'
export * from './notification-channel.ts'
export type * from './operation.ts'
export * from './registrar-shapes.ts'
export * from './registrar.ts'
export * from './report.ts'
export * from './sign-in-provider.ts'
export * from './tax.ts'

/** Kinds of provider and their operations, by the names of plugin.json. */
export const kindTables = {
  gateway: gatewayOperations,
  provisioner: provisionerOperations,
  registrar: registrarOperations,
  tax: taxOperations,
  fraud: fraudOperations,
  captcha: captchaOperations,
  mail_transport: mailTransportOperations,
  notification_channel: notificationChannelOperations,
  sign_in_provider: signInProviderOperations,
  currency_rates: currencyRatesOperations,
  file_storage: fileStorageOperations,
  importer: importerOperations,
  exporter: exporterOperations,
  metering_source: meteringSourceOperations,
  helpdesk: helpdeskOperations,
  assistant: assistantOperations,
  report: reportOperations,
  dashboard_widget: dashboardWidgetOperations,
  add_on: addOnOperations,
} as const satisfies Record<string, Record<string, Operation>>

export type ProviderKind = keyof typeof kindTables

/** What a plugin implements for each kind. */
export interface Providers {
  gateway: Gateway
  provisioner: Provisioner
  registrar: Registrar
  tax: Tax
  fraud: Fraud
  captcha: Captcha
  mail_transport: MailTransport
  notification_channel: NotificationChannel
  sign_in_provider: SignInProvider
  currency_rates: CurrencyRates
  file_storage: FileStorage
  importer: Importer
  exporter: Exporter
  metering_source: MeteringSource
  helpdesk: Helpdesk
  assistant: Assistant
  report: Report
  dashboard_widget: DashboardWidget
  add_on: AddOn
}
