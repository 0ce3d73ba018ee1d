import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { RequestHandler } from 'express'

type Encoding = 'br' | 'gzip' | 'identity'

interface EditorFile {
  readonly path: string
  readonly type: string
  /** Where it lies compressed, made when the editor was built. */
  readonly compressed: Partial<Record<'br' | 'gzip', string>>
  readonly isImmutable: boolean
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
}

const textTypes = /^(?:text|application)\/|svg/

/**
 * Serves the built editor. Only what was there when the folder was read can be asked for, so no
 * path leads elsewhere. Addresses without an extension get the page, which routes by itself.
 */
export function serveEditor(folder: string): RequestHandler {
  let files = readFiles(folder)
  const packed = new Map<string, Promise<Buffer>>()
  return async (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next()
    const found = await findFile(request.path, files)
    // An editor that was built while the server runs is found too.
    const file = found ?? (await findFile(request.path, (files = readFiles(folder))))
    if (!file) return next()
    const encoding = chooseEncoding(file, request.headers['accept-encoding'] ?? '')
    response.setHeader('Content-Type', file.type)
    response.setHeader('Vary', 'Accept-Encoding')
    response.setHeader(
      'Cache-Control',
      file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    )
    if (encoding !== 'identity') response.setHeader('Content-Encoding', encoding)
    response.end(await contentOf(file, encoding, packed))
  }
}

type Files = Promise<ReadonlyMap<string, EditorFile>>

async function findFile(path: string, files: Files): Promise<EditorFile | undefined> {
  const known = await files
  return known.get(path) ?? (extname(path) === '' ? known.get('/index.html') : undefined)
}

async function readFiles(folder: string): Files {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const present = new Set(paths)
  const files = paths.flatMap((path) => {
    const type = types[extname(path)]
    if (type === undefined) return []
    const url = `/${relative(folder, path).split(sep).join('/')}`
    const compressed = {
      ...(present.has(`${path}.br`) && { br: `${path}.br` }),
      ...(present.has(`${path}.gz`) && { gzip: `${path}.gz` }),
    }
    // The build puts a hash of the content into the names of these.
    const isImmutable = url.startsWith('/assets/')
    return [[url, { path, type, compressed, isImmutable }] as const]
  })
  return new Map(files)
}

function chooseEncoding(file: EditorFile, accepted: string): Encoding {
  const isAccepted = (name: string) =>
    new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`).test(accepted)
  if (file.compressed.br !== undefined && isAccepted('br')) return 'br'
  if (!isAccepted('gzip')) return 'identity'
  return file.compressed.gzip !== undefined || textTypes.test(file.type) ? 'gzip' : 'identity'
}

async function contentOf(
  file: EditorFile,
  encoding: Encoding,
  packed: Map<string, Promise<Buffer>>,
): Promise<Buffer> {
  const compressed = encoding === 'identity' ? file.path : file.compressed[encoding]
  if (compressed !== undefined) return readFile(compressed)
  if (!file.isImmutable) return promisify(gzip)(await readFile(file.path))
  const known = packed.get(file.path) ?? readFile(file.path).then(promisify(gzip))
  packed.set(file.path, known)
  return known
}
