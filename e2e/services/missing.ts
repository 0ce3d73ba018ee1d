import { serviceMissing, serviceNames } from './program.ts'

// missing.ts NAME…: says which of these services are not there, and why; ends with 1 if any is not.
const asked = serviceNames.filter((name) => process.argv.includes(name))
const reasons = asked.map(serviceMissing).filter((reason) => reason !== undefined)

for (const reason of reasons) process.stdout.write(`${reason}\n`)
process.exitCode = reasons.length > 0 ? 1 : 0
