export { admissionFields } from './admission-fields.ts'
export { batchFields } from './batch-fields.ts'
export { signInFields } from './sign-in-fields.ts'
export { tlsFields } from './tls-fields.ts'
