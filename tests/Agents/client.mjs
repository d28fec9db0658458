import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'SENTINEL_SESSION'))

/** The official client, which also checks each answer against the schema of its tool; `call` gives an answer and how long it is. */
async function connected(transport) {
  const client = new Client({ name: 'scripted', version: '1' })
  await client.connect(transport)
  const { tools } = await client.listTools()
  return {
    client,
    transport,
    tools,
    async call(name, args = {}) {
      const result = await client.callTool({ name, arguments: args }, undefined, { timeout: 150_000 })
      return { ...result, doc: result.structuredContent, text: result.content[0].text, bytes: Buffer.byteLength(JSON.stringify(result)) }
    },
  }
}

export const byStreams = (program, cwd) => connected(new StdioClientTransport({ command: program, args: ['mcp'], cwd, env: environment, stderr: 'inherit' }))

export const byHttp = (url, token) => connected(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers: { Authorization: `Bearer ${token}` } } }))
