export { applyPatch, patchKeys } from './change/apply-patch.ts'
export type { FlowPatch, Patched } from './change/apply-patch.ts'
export { diffFlow, isUnchanged, runsAlike, wireKey } from './change/diff-flow.ts'
export type { FieldChange, FlowDiff, NodeChange } from './change/diff-flow.ts'
export { stateLosses } from './change/state-loss.ts'
export type { StateLoss } from './change/state-loss.ts'
export { jsonEqual } from './change/json-equal.ts'
export { emptyFlow } from './empty-flow.ts'
export type {
  Bundle,
  ConnectionDocument,
  ErrorPolicy,
  Flow,
  FlowNode,
  Group,
  PortReference,
  Position,
  Problem,
  SecretName,
  Wire,
} from './flow.ts'
export type { DeliveryCircumstances, DeliveryReason } from './guarantee/delivery-reasons.ts'
export { flowGuarantee, guaranteeTitles } from './guarantee/flow-guarantee.ts'
export type {
  EndGuarantee,
  FlowGuarantee,
  Guarantee,
  Judgement,
  PathGuarantee,
} from './guarantee/flow-guarantee.ts'
export { limits } from './limits.ts'
export { flowNameFor, newId } from './new-id.ts'
export { Findings, flowNameForm, idForm, isRecord } from './parse/findings.ts'
export type { NameForm } from './parse/findings.ts'
export { parseJsonText } from './parse/json-text.ts'
export type { ParsedJson } from './parse/json-text.ts'
export { migrateFlow } from './parse/migrate-flow.ts'
export type { FlowMigration } from './parse/migrate-flow.ts'
export {
  parseBundle,
  parseBundleText,
  parseConnection,
  parseConnectionText,
} from './parse/parse-bundle.ts'
export type { ParsedBundle, ParsedConnection } from './parse/parse-bundle.ts'
export { parseFlow, parseFlowText } from './parse/parse-flow.ts'
export type { ParsedFlow } from './parse/parse-flow.ts'
export { findUnsafeJson, isForbiddenKey, memberPath } from './parse/unsafe-json.ts'
export type { JsonBounds, UnsafeJson } from './parse/unsafe-json.ts'
export { positionOf } from './position-of.ts'
export { compareMessages, differingPaths } from './tests/compare-messages.ts'
export { canonicalFlowTestsText } from './tests/flow-tests-text.ts'
export { testLimits, usualTestStart } from './tests/flow-tests.ts'
export type {
  FlowTestCase,
  FlowTestDifference,
  FlowTestExpectation,
  FlowTestResult,
  FlowTests,
  FlowTestStep,
  TestMessage,
} from './tests/flow-tests.ts'
export { parseFlowTests, parseFlowTestsText } from './tests/parse-flow-tests.ts'
export type { ParsedFlowTests } from './tests/parse-flow-tests.ts'
export { canonicalConnectionText } from './text/canonical-connection.ts'
export { canonicalFlow, canonicalText, CanonicalWriter } from './text/canonical-text.ts'
export type { TextPiece } from './text/canonical-text.ts'
export { checkConnectionDocument } from './validate/check-node.ts'
export type { Circumstances } from './validate/check-node.ts'
export { configValue, defaultOf, isConfigShown } from './validate/config-shown.ts'
export { isPlainCredential } from './validate/field/check-headers.ts'
export { connectionOwner, isSecretOwner, nodeOwner, secretKey } from './validate/owner.ts'
export { FlowValidator, hasErrors, validateFlow } from './validate/validate-flow.ts'
export type { DescriptorsByType } from './validate/validate-flow.ts'
