import { describeConnector } from '../suite/describe-connector.ts'
import { prometheusScrape } from './prometheus-scrape.ts'

describeConnector(prometheusScrape)
