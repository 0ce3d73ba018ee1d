export type { RefusedPoint } from './file/point-batch.ts'
export type { WriterLimits } from './file/store-writer-file.ts'
export { hourMs, minuteMs, tagsOf, tagsText, timeMax } from './point.ts'
export type { Retention, Tags, ValueType } from './point.ts'
export { StoreError, toStoreError } from './store-error.ts'
export { StoreWriter } from './thread/store-writer.ts'
export type { StorePoint, Upkeep, WriterSettings } from './thread/store-writer.ts'
export { StoreReader } from './thread/store-reader.ts'
export type { ReaderOptions, ReaderTimers } from './thread/store-reader.ts'
export type {
  CsvCursor,
  CsvPage,
  CsvRequest,
  RecentSeries,
  RowFunction,
  RowsAnswer,
  RowsQuery,
  StoreRow,
  StoreUsage,
} from './thread/reader-requests.ts'
export { chartStore } from './file/store-folder.ts'
export type { ApiCall, ApiReply } from './prometheus/api.ts'
