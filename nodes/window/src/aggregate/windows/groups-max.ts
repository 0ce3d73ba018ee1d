/** Groups with an open window; messages that would need more leave by the error port. */
export const groupsMax = 5_000_000
