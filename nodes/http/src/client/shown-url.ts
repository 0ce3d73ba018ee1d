/** An address for statuses and logs: what is in its query may be a key or a token. */
export function shownUrl(address: string): string {
  const url = URL.parse(address)
  if (url === null) return address.split('?', 1)[0]?.slice(0, 200) ?? ''
  const path = `${url.origin}${url.pathname}`.slice(0, 200)
  return url.search === '' ? path : `${path}?…`
}
