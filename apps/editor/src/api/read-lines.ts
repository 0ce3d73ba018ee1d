/** Hands over each line of JSON of an answer as soon as it has come. */
export async function readLines<Line>(
  { body }: Pick<Response, 'body'>,
  onLine: (line: Line) => void,
): Promise<void> {
  let rest = ''
  // The server answers with lines of the type that the protocol gives this address.
  const take = (text: string) => onLine(JSON.parse(text) as Line)
  const decoder = new TextDecoder()
  const reader = body?.getReader()
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {}
    rest += decoder.decode(value, { stream: !done })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
    if (done) break
  }
  if (rest !== '') take(rest)
}
