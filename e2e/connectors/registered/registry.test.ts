import { afterAll } from 'vitest'
import { describeConnector } from '../suite/describe-connector.ts'
import { registryDecode, registryEncode, stopRegistry } from './registry.ts'

afterAll(stopRegistry)

describeConnector(registryEncode)
describeConnector(registryDecode)
