export { admissionFields } from './admission-fields.ts'
export { batchFields } from './batch-fields.ts'
export { signInFields } from './sign-in-fields.ts'
export { httpsFields, tlsFields, tlsFieldsWhen } from './tls-fields.ts'
