import { fileURLToPath } from 'node:url'

/**
 * Where compiled modules are kept between runs. It saves every process and thread the time and
 * memory of loading the TypeScript stripper, and lies where only who installed can write, because
 * what is in it is run.
 */
export const compileCacheFolder = fileURLToPath(
  new URL('../../../../node_modules/.cache/millrace', import.meta.url),
)
