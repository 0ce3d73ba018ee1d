/** Every bound of a flow document in one place. What goes over one is a problem that names it. */
export const limits = {
  /** Characters of a flow file or a bundle. */
  documentCharacters: 16 * 1024 * 1024,
  nodes: 10_000,
  wires: 40_000,
  groups: 1_000,
  /** Titles and names that a person types. */
  nameCharacters: 200,
  descriptionCharacters: 10_000,
  idCharacters: 64,
  typeCharacters: 128,
  /** Objects and lists inside one another in a configuration. */
  configDepth: 32,
  /** One text in a configuration; code and templates are the long ones. */
  configTextCharacters: 1_000_000,
  /** Values of one configuration, counting those inside lists and objects. */
  configValues: 20_000,
  retries: 100,
  /** Longest wait before a retry. */
  backoffMs: 3_600_000,
  /** Canvas units from the origin. */
  coordinate: 1_000_000,
  bundleFlows: 500,
  bundleConnections: 500,
  bundleSecrets: 5_000,
  /** `flow/<name>/<node>` with the longest of both. */
  ownerCharacters: 140,
  /** Problems that one reading or validation reports; more do not help anybody. */
  problems: 200,
} as const
