/** An address for statuses and logs: what is in its query may be a key or a token. */
export function shownUrl(address: string): string {
  const url = URL.parse(address)
  if (url === null || url.origin === 'null') return plainText(address)
  const path = `${url.origin}${url.pathname}`.slice(0, 200)
  return url.search === '' ? path : `${path}?…`
}

/** What is no address of the web, as it was typed, less what may be a secret. */
function plainText(address: string): string {
  const [place = ''] = address.split('?', 1)
  return place.replace(/^([^/@]*:\/\/|)[^/@]*@/, '$1').slice(0, 200)
}
